export interface BackoffOptions {
  /** [0, 1) */
  random: () => number
  firstMs: number
  mostMs: number
}

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
  /** The next wait is no shorter: `Retry-After`. Jitter comes on top. */
  atLeast(ms: number): void
}

export function createBackoff({ random, firstMs, mostMs }: BackoffOptions): Backoff {
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
    atLeast(ms) {
      least = ms
    },
  }
}

/** The `Retry-After` of an answer in ms, whether in seconds or as a date; undefined without a valid one. At most an hour. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(ms) ? undefined : Math.min(3_600_000, Math.max(0, ms))
}
