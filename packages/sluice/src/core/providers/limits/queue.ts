import { jitteredBackoffMs } from '../../../retry.ts'
import type { Sleep } from '../clock.ts'
import { resetTooLate, waitedInVain } from '../errors/quota-error.ts'
import { ProviderError } from '../provider-error.ts'
import { createLimiter } from './concurrency.ts'
import { stopped } from './deadline.ts'

/** After the first attempt. */
export const defaultRetries = 4

export interface CallQueueOptions {
  /** The provider's name, for messages. */
  source: string
  /** Most calls in flight. */
  concurrency: number
  /** After the first attempt. */
  retries: number
  /** How long one call may wait for quotas, in all. */
  maxWaitMs?: number
  /** Told once of each wait of all calls that a reader would wonder about. */
  onWait?: ((ms: number) => void) | undefined
  /** ms since the epoch. */
  clock: () => number
  /** [0, 1) */
  random: () => number
  sleep: Sleep
}

/** How long one call waits for quotas at most, unless told otherwise. */
export const defaultMaxWaitMs = 300_000

/** The way of all calls to one provider: so many at a time, again after a fault that may pass, not at all once it is closed. */
export interface CallQueue {
  /** @throws ProviderError of the last attempt, `fatal` once no further call can succeed */
  run<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T>
}

/** Below this a pause is not worth a word. */
const noticeableMs = 5000

/** Failures to connect or to answer in time, one after the other, that make a provider unreachable. */
const failuresUntilUnreachable = 5

export function createCallQueue(options: CallQueueOptions): CallQueue {
  const { source, concurrency, retries, maxWaitMs = defaultMaxWaitMs, onWait, clock, random, sleep } = options
  const limiter = createLimiter({ cap: concurrency, clock, sleep })
  let closed: ProviderError | undefined
  /** A quota comes back some time; nothing else that closes a queue does. */
  let closedUntil = Number.POSITIVE_INFINITY
  let failuresInARow = 0
  let successes = 0
  let toldUntil = Number.NEGATIVE_INFINITY

  const pause = (ms: number) => {
    limiter.pause(ms)
    const until = clock() + ms
    if (ms < noticeableMs || until < toldUntil + noticeableMs) return
    toldUntil = until
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
      // Before the slot is free: whoever waits for it must already meet the pause or the closed queue.
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
  const lastWord = (error: ProviderError, attempts: number) => {
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
            // What asks for moments again and again is not asked again every moment.
            const waitMs = waits === 0 ? asked : Math.max(asked, providerBackoffMs(error, waits, random))
            if (waitedMs + waitMs > maxWaitMs) {
              // Where nobody got through in the meantime, nobody will.
              const last = waitedInVain(error, waitedMs, successes === successesBefore)
              if (last.fatal) close(last)
              throw last
            }
            waits += 1
            waitedMs += waitMs
            // The limiter waits it out, with everybody else, and it is no failure of the call.
            pause(waitMs)
            continue
          }
          if (retry >= retries) throw lastWord(error, retry + 1)
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
 * How long to wait before retry number `retry` (0-based), in ms: exponential with full jitter, so that calls which
 * failed together do not come back together. `random` gives [0, 1). A provider that could not be reached at all is asked
 * again sooner: either it is just restarting or the run should end soon.
 */
export function providerBackoffMs(error: ProviderError, retry: number, random: () => number): number {
  const firstMs = error.kind === 'unreachable' ? 100 : 500
  return jitteredBackoffMs({ firstMs, longestMs: longestDelayMs }, retry, random)
}
