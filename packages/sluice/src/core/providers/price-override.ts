import type { PriceSettings } from '../suite/config/config.ts'
import type { Usage } from './provider.ts'

/**
 * The configured price of a model: an exact `provider:model` first, else the wildcard with the most fixed characters.
 */
export function priceOverride(model: string, overrides: Record<string, PriceSettings>): PriceSettings | undefined {
  const exact = Object.hasOwn(overrides, model) ? overrides[model] : undefined
  if (exact) return exact
  const matching = Object.keys(overrides).filter((pattern) => matches(pattern, model))
  const [best] = matching.sort((a, b) => fixedLength(b) - fixedLength(a) || (a < b ? -1 : 1))
  return best === undefined ? undefined : overrides[best]
}

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

function matches(pattern: string, model: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === model
  if (!model.startsWith(head)) return false
  let at = head.length
  for (const part of rest) {
    const found = model.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return model.length - last.length >= at && model.endsWith(last)
}

function fixedLength(pattern: string): number {
  return pattern.replaceAll('*', '').length
}
