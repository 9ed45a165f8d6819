import { jitteredBackoffMs } from '../../../backoff.ts'
import type { Sleep } from '../clock.ts'
import { resetTooLate, waitedInVain } from '../errors/quota-error.ts'
import { ProviderError } from '../provider-error.ts'
import { createLimiter } from './concurrency.ts'
import { stopped } from './deadline.ts'

/** Number of attempts after the first one. */
export const defaultRetries = 4

export interface CallQueueOptions {
  /** The provider's name, for messages. */
  source: string
  /** Most calls in flight. */
  concurrency: number
  /** Attempts after the first one. */
  retries: number
  /** How long one call may wait for quotas in total, in ms. */
  maxWaitMs?: number
  /** Called once for each pause of all calls of at least 5 s, with its length in ms. */
  onWait?: ((ms: number) => void) | undefined
  /** ms since the epoch. */
  clock: () => number
  /** Random numbers in [0,1). */
  random: () => number
  sleep: Sleep
}

/** Default for how long one call waits for quotas at most, in ms. */
export const defaultMaxWaitMs = 300_000

/**
 * Runs all calls to one provider: a limited number at a time, with retries, and none after it is closed. Its loop is
 * not the `retry` of others, since a wait that a provider asks for is one of all calls, has a longest sum of its own,
 * and counts as no retry.
 */
export interface CallQueue {
  /** @throws ProviderError of the last attempt; it is `fatal` if no further call can succeed */
  run<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T>
}

/** Shorter pauses are not reported. */
const noticeableMs = 5000

/** After this many consecutive failures to connect or to answer in time, a provider counts as unreachable. */
const failuresUntilUnreachable = 5

export function createCallQueue(options: CallQueueOptions): CallQueue {
  const { source, concurrency, retries, maxWaitMs = defaultMaxWaitMs, onWait, clock, random, sleep } = options
  const limiter = createLimiter({ cap: concurrency, clock, sleep })
  let closed: ProviderError | undefined
  /** Only a used-up quota ends: a queue that was closed for another reason stays closed. */
  let closedUntil = Number.POSITIVE_INFINITY
  let failuresInARow = 0
  let successes = 0
  let reportedUntil = Number.NEGATIVE_INFINITY

  const pause = (ms: number) => {
    limiter.pause(ms)
    const until = clock() + ms
    if (ms < noticeableMs || until < reportedUntil + noticeableMs) return
    reportedUntil = until
    onWait?.(ms)
  }
  const close = (error: ProviderError, until = Number.POSITIVE_INFINITY) => {
    if (closed) return
    closed = error
    closedUntil = until
  }

  const tryOnce = async <T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> => {
    const slot = await limiter.acquire(signal)
    try {
      if (clock() >= closedUntil) closed = undefined
      if (closed) throw closed
      const result = await attempt()
      failuresInARow = 0
      successes += 1
      slot.release('ok')
      return result
    } catch (error) {
      // Before the slot is free, so that the next call finds the pause or the closed queue.
      if (error instanceof ProviderError && error !== closed) note(error)
      slot.release(isOverload(error) ? 'overloaded' : 'failed')
      throw error
    }
  }
  const note = (error: ProviderError) => {
    if (error.kind === 'unreachable' || error.kind === 'timeout') failuresInARow += 1
    else if (error.status !== undefined) failuresInARow = 0
    if (error.fatal) close(error)
    const { retryAfterMs } = error
    if (retryAfterMs === undefined) return
    if (retryAfterMs > maxWaitMs)
      close(resetTooLate(error, { waitMs: retryAfterMs, maxWaitMs, now: clock() }), clock() + retryAfterMs)
    if (!closed) pause(retryAfterMs)
  }
  const finalError = (error: ProviderError, attempts: number) => {
    const silent = error.kind === 'unreachable' || error.kind === 'timeout'
    if (!silent || failuresInARow < failuresUntilUnreachable) return withAttempts(error, attempts)
    const unreachable = new ProviderError(
      error.kind,
      `provider unreachable: ${error.message}; ${failuresInARow} attempts in a row failed. Is the address right and the server up?`,
      { cause: error, fatal: true },
    )
    close(unreachable)
    return unreachable
  }

  return {
    async run(signal, attempt) {
      const successesBefore = successes
      let waits = 0
      let waitedMs = 0
      for (let retry = 0; ; ) {
        try {
          return await tryOnce(signal, attempt)
        } catch (error) {
          if (signal.aborted) throw stopped(source)
          if (!(error instanceof ProviderError)) throw error
          if (!error.retryable) throw error
          if (closed) throw closed
          const asked = error.retryAfterMs ?? 0
          if (asked > 0 && isOverload(error)) {
            // A provider may ask for very short waits again and again, so later waits grow.
            const waitMs = waits === 0 ? asked : Math.max(asked, providerBackoffMs(error, waits, random))
            if (waitedMs + waitMs > maxWaitMs) {
              // If no other call succeeded in the meantime, none will.
              const last = waitedInVain(error, waitedMs, successes === successesBefore)
              if (last.fatal) close(last)
              throw last
            }
            waits += 1
            waitedMs += waitMs
            // The limiter pauses all calls. This is no failure of the call, so it does not count as a retry.
            pause(waitMs)
            continue
          }
          if (retry >= retries) throw finalError(error, retry + 1)
          if (asked === 0)
            await sleep(providerBackoffMs(error, retry, random), signal).catch(() => Promise.reject(stopped(source)))
          retry += 1
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

const longestDelayMs = 20_000

/**
 * How long to wait before retry number `retry` (from 0), in ms: exponential with full jitter, so that calls that failed
 * together are not repeated together. `random` returns numbers in [0,1). A provider that cannot be reached is called
 * again sooner: either it is restarting, or the run should end soon.
 */
function providerBackoffMs(error: ProviderError, retry: number, random: () => number): number {
  const firstMs = error.kind === 'unreachable' ? 100 : 500
  return jitteredBackoffMs({ firstMs, longestMs: longestDelayMs }, retry, random)
}
