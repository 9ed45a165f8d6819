/** How the waits between attempts grow. The client has a backoff of its own, and says why: `connection/backoff.ts`. */
export interface BackoffSettings {
  firstMs: number
  longestMs: number
}

/** The wait before retry number `retry` (0-based), in ms: each is twice the one before, up to the longest. */
export function backoffMs({ firstMs, longestMs }: BackoffSettings, retry: number): number {
  return Math.min(longestMs, firstMs * 2 ** retry)
}

/**
 * The same with jitter, so that calls which failed together do not come back together: anything from the share `least`
 * of the wait, by default nothing, to the whole. `random` gives [0, 1).
 */
export function jitteredBackoffMs(backoff: BackoffSettings, retry: number, random: () => number, least = 0): number {
  return backoffMs(backoff, retry) * (least + random() * (1 - least))
}

/** For what the control plane keeps until another service takes it: within 5 minutes after that is up again. */
export const keptBackoff: BackoffSettings = { firstMs: 5000, longestMs: 300_000 }
