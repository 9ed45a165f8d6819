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
 * The same with full jitter: anything from nothing to the whole wait, so that calls which failed together do not come
 * back together. `random` gives [0, 1).
 */
export function jitteredBackoffMs(backoff: BackoffSettings, retry: number, random: () => number): number {
  return random() * backoffMs(backoff, retry)
}

/** Statuses of HTTP that say "later", not "no". */
export const laterStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])
