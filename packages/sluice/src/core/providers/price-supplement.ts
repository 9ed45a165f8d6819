import type { PriceSettings } from '../suite/config/config.ts'
import { overrideCost } from './price-override.ts'
import type { Usage } from './provider.ts'

interface ListedPrice {
  /** The price of a request with at most `longFrom` input tokens. */
  price: PriceSettings
  /** The price of one with more, for all of its tokens. */
  longPrice: PriceSettings
  longFrom: number
}

/** Prices that the table of `@pydantic/genai-prices` lacks; it counts first, so that an entry ends by itself. */
const listed: Readonly<Record<string, ListedPrice>> = {
  // https://platform.claude.com/docs/en/about-claude/pricing, as of 2026-10-10.
  'anthropic:claude-haiku-5-5': {
    price: { input: 0.1, output: 0.5, cachedInput: 0.01, cacheWrite: 0.125 },
    longPrice: { input: 0.5, output: 2.5, cachedInput: 0.05, cacheWrite: 0.625 },
    longFrom: 100_000,
  },
}

/** What a model costs that the table does not have; undefined for any other. A recording is priced by name alone. */
export function supplementaryCost(provider: string, model: string): ((usage: Usage) => number | undefined) | undefined {
  const isMeant = (key: string) => (provider === 'replay' ? key.endsWith(`:${model}`) : key === `${provider}:${model}`)
  const [, found] = Object.entries(listed).find(([key]) => isMeant(key)) ?? []
  if (!found) return undefined
  const { price, longPrice, longFrom } = found
  return (usage) => overrideCost((usage.inputTokens ?? 0) > longFrom ? longPrice : price, usage)
}
