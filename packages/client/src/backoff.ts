import { responseOf } from './connection.ts'
import type { Settings } from './options.ts'

/** How long to wait before the next attempt. */
export interface Backoff {
  /** Exponential with full jitter, so that many clients that lost the same server come back spread out. */
  next(): number
  /** It worked: the next failure is a first one. */
  reset(): void
  /** The last attempt did not fail. */
  calm(): boolean
  /** What the server asked for instead of `firstMs`. */
  first(ms: number): void
  /**
   * The next wait is no shorter than the `Retry-After` of an answer that was no use, in seconds or as a date; at most a minute, since a page of a
   * proxy may ask for hours. Jitter comes on top.
   */
  heed(error: unknown): void
}

export function createBackoff(
  { random, clock }: Pick<Settings, 'random' | 'clock'>,
  firstMs: number,
  mostMs: number,
): Backoff {
  let attempt = 0
  let first = firstMs
  let least = 0
  return {
    next() {
      const wait = least + random() * Math.min(mostMs, first * 2 ** attempt)
      attempt = Math.min(attempt + 1, 30)
      least = 0
      return wait
    },
    reset() {
      attempt = 0
    },
    calm: () => attempt === 0 && least === 0,
    first(ms) {
      first = Math.min(mostMs, Math.max(1, ms))
    },
    heed(error) {
      const response = responseOf(error)
      if (!response) return
      const text = response.headers.get('retry-after') ?? ''
      const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.now()
      // What is neither says nothing.
      least = Math.min(60_000, Math.max(0, ms || 0))
    },
  }
}
