import { jitteredBackoffMs } from '../../../retry.ts'
import type { ProviderError } from '../provider-error.ts'

const longestDelayMs = 20_000

/**
 * How long to wait before retry number `retry` (0-based), in ms: exponential with full jitter, so that calls which
 * failed together do not come back together. `random` gives [0, 1). A provider that could not be reached at all is asked
 * again sooner: either it is just restarting or the run should end soon.
 */
export function providerBackoffMs(error: ProviderError, retry: number, random: () => number): number {
  const firstMs = error.kind === 'unreachable' ? 100 : 500
  return jitteredBackoffMs({ firstMs, longestMs: longestDelayMs }, retry, random)
}
