import type { PriceSettings } from '../suite/config/config.ts'
import type { Usage } from './provider.ts'

/** The cost in USD; undefined if a needed token count is missing. */
export function overrideCost(price: PriceSettings, usage: Usage): number | undefined {
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 } = usage
  const input = price.input === 0 ? (inputTokens ?? 0) : inputTokens
  const output = price.output === 0 ? (outputTokens ?? 0) : outputTokens
  if (input === undefined || output === undefined) return undefined
  const uncached = Math.max(0, input - cachedInputTokens - cacheWriteTokens)
  const perMillion =
    uncached * price.input +
    cachedInputTokens * (price.cachedInput ?? price.input) +
    cacheWriteTokens * (price.cacheWrite ?? price.input) +
    output * price.output
  return perMillion / 1e6
}
