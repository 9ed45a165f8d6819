import { calcPrice, findProvider, type Provider as PricedProvider } from '@pydantic/genai-prices'
import type { PriceSettings, ProviderSettings } from '../suite/config/config.ts'
import { type ContentPart, parseModelId } from '../suite/models/model.ts'
import { wildcardMatch } from '../suite/models/wildcards.ts'
import { longestAnswer } from './api/call-options.ts'
import { overrideCost } from './price-override.ts'
import { supplementaryCost } from './price-supplement.ts'
import type { ModelRequest, RequestMessage, Usage } from './provider.ts'

/** What model calls cost, in USD. An unknown price is undefined, never 0. */
export interface Prices {
  /** The cost of a call, with prices for cached, cache-write and reasoning tokens. `model` is `provider:model`. */
  costUsd(model: string, usage: Usage): number | undefined
  /** An upper bound before the call: each UTF-8 byte counts as a token, and the answer has its longest length. */
  worstCaseUsd(request: ModelRequest): number | undefined
}

type PriceOf = (usage: Usage) => number | undefined

/** A high estimate of the tokens that a provider adds to each message, and to a request with its schema. */
const tokensPerMessage = 32
const tokensPerRequest = 1024

/**
 * Prices from the table of `@pydantic/genai-prices`, unless `overrides` (keys `provider:model`, with `*`) has one. The
 * kind of a named provider, or the host of its base URL, decides which part of the table is used.
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
  const override = wildcardMatch(model, overrides)
  return override ? (usage) => overrideCost(override, usage) : tablePrice(model, providers)
}

function tablePrice(modelId: string, providers: Record<string, ProviderSettings>): PriceOf | undefined {
  const id = parseModelId(modelId)
  if (!id) return undefined
  const listed = calcPrice({}, id.model, { ...tableOf(id.provider, providers[id.provider]) })
  if (!listed) return supplementaryCost(providers[id.provider]?.kind ?? id.provider, id.model)
  // A table with this model only, so that the whole table is not searched for each price.
  const provider: PricedProvider = { ...listed.provider, models: [listed.model] }
  return ({ inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 }) => {
    if (inputTokens === undefined || outputTokens === undefined) return undefined
    const usage = {
      // The table refuses parts that are larger than the total. If a provider reports that, the larger number counts.
      input_tokens: Math.max(inputTokens, cachedInputTokens + cacheWriteTokens),
      cache_read_tokens: cachedInputTokens,
      cache_write_tokens: cacheWriteTokens,
      output_tokens: Math.max(outputTokens, reasoningTokens),
      output_reasoning_tokens: reasoningTokens,
    }
    return calcPrice(usage, id.model, { provider })?.total_price
  }
}

/** The part of the price table with a provider's models. For a recording only the model's name is used. */
function tableOf(name: string, settings: ProviderSettings | undefined): Parameters<typeof calcPrice>[2] {
  const kind = settings?.kind ?? name
  if (kind === 'replay') return {}
  if (kind !== 'openai-compatible') return { providerId: kind }
  const host = findProvider({ providerApiUrl: settings?.baseURL ?? '' })
  return { providerId: host?.id ?? 'unlisted' }
}

/** The highest possible price of this many tokens, for any use of cache and reasoning. */
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

/**
 * An image takes at most this many tokens with any provider in 2026; a PDF, whose pages are not counted here, by its
 * size.
 */
const tokensPerFile = 50_000
const bytesPerPdfToken = 4

function fileBound(parts: readonly ContentPart[]): number {
  return parts.reduce((sum, part) => {
    if (part.type === 'text') return sum
    const ofPages = part.type === 'pdf' && 'file' in part ? Math.ceil(part.file.size / bytesPerPdfToken) : 0
    return sum + tokensPerFile + ofPages
  }, 0)
}

function inputBound({ messages, format, tools }: ModelRequest): number {
  const schemaBytes = format.type === 'json_schema' ? Buffer.byteLength(JSON.stringify(format.schema)) : 0
  const toolBytes = tools === undefined ? 0 : Buffer.byteLength(JSON.stringify(tools))
  return messages.reduce(
    (sum, message) => sum + bytesOf(message) + tokensPerMessage,
    schemaBytes + toolBytes + tokensPerRequest,
  )
}

function bytesOf(message: RequestMessage): number {
  if ('step' in message) return Buffer.byteLength(JSON.stringify(message.step))
  return Buffer.byteLength(message.content) + ('parts' in message ? fileBound(message.parts ?? []) : 0)
}
