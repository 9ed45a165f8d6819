import { backoffMs, longestRetryAfterMs } from './backoff.ts'
import { stopped } from './deadline.ts'
import { createLimiter } from './limiter.ts'
import { ProviderError } from './provider-error.ts'
import type { Sleep } from './sleep.ts'

/** After the first attempt. */
export const defaultRetries = 4

export interface LaneOptions {
  /** The provider's name, for messages. */
  source: string
  /** Most calls in flight. */
  concurrency: number
  /** After the first attempt. */
  retries: number
  /** ms since the epoch. */
  clock: () => number
  /** [0, 1) */
  random: () => number
  sleep: Sleep
}

/** The way of all calls to one provider: so many at a time, again after a fault that may pass, not at all once it is closed. */
export interface Lane {
  /** @throws ProviderError of the last attempt, `fatal` once no further call can succeed */
  run<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T>
}

/** Failures to connect or to answer in time, one after the other, that make a provider unreachable. */
const failuresUntilUnreachable = 5

export function createLane({ source, concurrency, retries, clock, random, sleep }: LaneOptions): Lane {
  const limiter = createLimiter({ cap: concurrency, clock, sleep })
  let closed: ProviderError | undefined
  let failuresInARow = 0

  const tryOnce = async <T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> => {
    const slot = await limiter.acquire(signal)
    try {
      if (closed) throw closed
      const result = await attempt()
      failuresInARow = 0
      slot.release('ok')
      return result
    } catch (error) {
      // Before the slot is free: whoever waits for it must already meet the pause or the closed lane.
      if (error instanceof ProviderError && error !== closed) note(error)
      slot.release(isOverload(error) ? 'overloaded' : 'failed')
      throw error
    }
  }
  const note = (error: ProviderError) => {
    if (error.kind === 'unreachable' || error.kind === 'timeout') failuresInARow += 1
    else if (error.status !== undefined) failuresInARow = 0
    if (error.fatal) closed ??= error
    closed ??= askedToWaitTooLong(error)
    if (error.retryAfterMs !== undefined && !closed) limiter.pause(error.retryAfterMs)
  }
  const lastWord = (error: ProviderError, attempts: number) => {
    const silent = error.kind === 'unreachable' || error.kind === 'timeout'
    if (!silent || failuresInARow < failuresUntilUnreachable) return withAttempts(error, attempts)
    closed = new ProviderError(
      error.kind,
      `provider unreachable: ${error.message}; ${failuresInARow} attempts in a row failed. Is the address right and the server up?`,
      { cause: error, fatal: true },
    )
    return closed
  }

  return {
    async run(signal, attempt) {
      for (let retry = 0; ; retry += 1) {
        try {
          return await tryOnce(signal, attempt)
        } catch (error) {
          if (signal.aborted) throw stopped(source)
          if (!(error instanceof ProviderError)) throw error
          if (!error.retryable) throw error
          if (closed) throw closed
          if (retry >= retries) throw lastWord(error, retry + 1)
          // A Retry-After is waited out by the limiter, with everybody else.
          if (error.retryAfterMs === undefined)
            await sleep(backoffMs(error, retry, random), signal).catch(() => Promise.reject(stopped(source)))
        }
      }
    },
  }
}

function isOverload(error: unknown): boolean {
  return error instanceof ProviderError && (error.kind === 'rate-limit' || error.kind === 'overloaded')
}

function withAttempts(error: ProviderError, attempts: number): ProviderError {
  if (attempts === 1) return error
  const { kind, status, retryAfterMs, retryable } = error
  const options = { cause: error, status, retryAfterMs, retryable }
  return new ProviderError(kind, `${error.message} (gave up after ${attempts} attempts)`, options)
}

function askedToWaitTooLong(error: ProviderError): ProviderError | undefined {
  const { kind, status, retryAfterMs } = error
  if (retryAfterMs === undefined || retryAfterMs <= longestRetryAfterMs) return undefined
  const seconds = Math.ceil(retryAfterMs / 1000)
  return new ProviderError(
    kind,
    `${error.message}. It asks to be left alone for ${seconds} s, longer than the ${longestRetryAfterMs / 1000} s that Sluice waits; run again later, what was paid for is kept`,
    { cause: error, status, retryAfterMs, fatal: true },
  )
}
