/** How the waits between attempts grow. */
export interface Backoff {
  firstMs: number
  longestMs: number
}

/** The wait before retry number `retry` (0-based), in ms: each is twice the one before, up to the longest. */
export function backoffMs({ firstMs, longestMs }: Backoff, retry: number): number {
  return Math.min(longestMs, firstMs * 2 ** retry)
}

/**
 * The same with full jitter: anything from nothing to the whole wait, so that calls which failed together do not come
 * back together. `random` gives [0, 1).
 */
export function jitteredBackoffMs(backoff: Backoff, retry: number, random: () => number): number {
  return random() * backoffMs(backoff, retry)
}
