import type { Settings } from '../options.ts'
import { responseOf } from './connection.ts'

/** How long to wait before the next attempt. */
export interface Backoff {
  /** ms; exponential with full jitter, so that many clients that lost the same server do not return all at once. */
  next(): number
  /** Call after a success: the next failure counts as the first one. */
  reset(): void
  /** Whether the last attempt did not fail. */
  calm(): boolean
  /** Replaces `firstMs` by the ms that the server asked for. */
  first(ms: number): void
  /**
   * The next wait is at least the `Retry-After` of the unusable answer, in seconds or as a date, with jitter added. Of
   * that at most a minute counts, since the error page of a proxy may ask for hours.
   */
  heed(error: unknown): void
}

/**
 * The backoff of one connection, which counts its failures. It adds jitter to a `Retry-After`, since all clients of a
 * control plane are told the same one. `packages/sluice/src/backoff.ts` has the waits of calls that count their
 * attempts themselves, and that wait as long as an answer asks. Neither package can have them from the other: the
 * client has no dependencies, and exports nothing that an application does not need.
 */
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
      // Text that is neither a number nor a date is ignored.
      least = Math.min(60_000, Math.max(0, ms || 0))
    },
  }
}
