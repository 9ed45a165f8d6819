import { calcPrice, findProvider, type Provider as PricedProvider } from '@pydantic/genai-prices'
import type { PriceSettings, ProviderSettings } from '../suite/config/config.ts'
import { parseModelId } from '../suite/models/model.ts'
import { longestAnswer } from './api/call-options.ts'
import { overrideCost, priceOverride } from './price-override.ts'
import type { ModelRequest, Usage } from './provider.ts'

/** What model calls cost, in USD. An unknown price is undefined, never 0. */
export interface Prices {
  /** Cached, cache-write and reasoning tokens each at their own price. `model` is `provider:model`. */
  costUsd(model: string, usage: Usage): number | undefined
  /** An upper bound before the call: every UTF-8 byte a token, the answer as long as it may be. */
  worstCaseUsd(request: ModelRequest): number | undefined
}

type PriceOf = (usage: Usage) => number | undefined

/** Tokens that a provider adds around each message, and around a request with its schema. Generous on purpose. */
const tokensPerMessage = 32
const tokensPerRequest = 1024

/**
 * Prices by the table of `@pydantic/genai-prices`, overridden by `overrides` (keys `provider:model`, with `*`). The
 * providers' settings tell which table a named provider belongs to: by its kind, or by the host of its base URL.
 */
export function createPrices(
  overrides: Record<string, PriceSettings>,
  providers: Record<string, ProviderSettings> = {},
): Prices {
  const known = new Map<string, PriceOf | undefined>()
  const priceOf = (model: string): PriceOf | undefined => {
    if (!known.has(model)) known.set(model, findPrice(model, overrides, providers))
    return known.get(model)
  }
  return {
    costUsd: (model, usage) => priceOf(model)?.(usage),
    worstCaseUsd(request) {
      const price = priceOf(request.model)
      return price && worstCase(price, inputBound(request), longestAnswer(request.parameters))
    },
  }
}

function findPrice(
  model: string,
  overrides: Record<string, PriceSettings>,
  providers: Record<string, ProviderSettings>,
): PriceOf | undefined {
  const override = priceOverride(model, overrides)
  return override ? (usage) => overrideCost(override, usage) : tablePrice(model, providers)
}

function tablePrice(modelId: string, providers: Record<string, ProviderSettings>): PriceOf | undefined {
  const id = parseModelId(modelId)
  if (!id) return undefined
  const listed = calcPrice({}, id.model, { ...tableOf(id.provider, providers[id.provider]) })
  if (!listed) return undefined
  // A table of this one model, so that a price costs no search through all of them.
  const provider: PricedProvider = { ...listed.provider, models: [listed.model] }
  return ({ inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 }) => {
    if (inputTokens === undefined || outputTokens === undefined) return undefined
    const usage = {
      // The table refuses parts that are larger than the whole; a provider that counts so is taken at its dearer word.
      input_tokens: Math.max(inputTokens, cachedInputTokens + cacheWriteTokens),
      cache_read_tokens: cachedInputTokens,
      cache_write_tokens: cacheWriteTokens,
      output_tokens: Math.max(outputTokens, reasoningTokens),
      output_reasoning_tokens: reasoningTokens,
    }
    return calcPrice(usage, id.model, { provider })?.total_price
  }
}

/** Which part of the price table holds a provider's models. A recording is priced by its model's name alone. */
function tableOf(name: string, settings: ProviderSettings | undefined): Parameters<typeof calcPrice>[2] {
  const kind = settings?.kind ?? name
  if (kind === 'replay') return {}
  if (kind !== 'openai-compatible') return { providerId: kind }
  const host = findProvider({ providerApiUrl: settings?.baseURL ?? '' })
  return { providerId: host?.id ?? 'unlisted' }
}

/** The dearest that so many tokens can be, whatever the provider makes of its cache and of reasoning. */
function worstCase(price: PriceOf, inputTokens: number, outputTokens: number): number | undefined {
  const usage = { inputTokens, outputTokens }
  const cases = [
    usage,
    { ...usage, cacheWriteTokens: inputTokens },
    { ...usage, reasoningTokens: outputTokens },
    { ...usage, cacheWriteTokens: inputTokens, reasoningTokens: outputTokens },
  ].map(price)
  return cases.includes(undefined) ? undefined : Math.max(...cases.map((usd) => usd ?? 0))
}

function inputBound({ messages, format }: ModelRequest): number {
  const schemaBytes = format.type === 'json_schema' ? Buffer.byteLength(JSON.stringify(format.schema)) : 0
  return messages.reduce(
    (sum, { content }) => sum + Buffer.byteLength(content) + tokensPerMessage,
    schemaBytes + tokensPerRequest,
  )
}
