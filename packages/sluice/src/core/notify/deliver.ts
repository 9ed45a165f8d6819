import { type BackoffSettings, jitteredBackoffMs } from '../../backoff.ts'
import { mayPass, retry } from '../../retry.ts'
import { formatAmount } from '../../text/format.ts'
import { retryAfterMs } from '../providers/errors/retry-after.ts'
import type { OutgoingRequest } from './channel.ts'

/**
 * What became of a message. `gone`: the receiver says that the address exists no more. `failed`: `refused` with a
 * status that another attempt would not change, or not reached in time.
 */
export type Delivery = { state: 'delivered' } | { state: 'gone' } | { state: 'failed'; why: string; refused: boolean }

export interface DeliverOptions {
  fetch: typeof globalThis.fetch
  /** ms since the epoch. */
  clock: () => number
  /** [0, 1) */
  random: () => number
  sleep: (ms: number) => Promise<void>
  /** The time, in ms since the epoch, at which delivery is given up. */
  deadline: number
}

const longestAttemptMs = 10_000
const backoff: BackoffSettings = { firstMs: 500, longestMs: 15_000 }

/**
 * Sends a message, again after faults that may pass: exponential backoff with full jitter, and `Retry-After` where the
 * receiver asks for it. Never throws and never takes longer than to the deadline. What it says about a failure holds
 * neither address nor headers nor anything that the receiver answered, since all of them may hold secrets.
 */
export async function deliver(request: (now: number) => OutgoingRequest, options: DeliverOptions): Promise<Delivery> {
  const { clock, random, sleep, deadline } = options
  if (clock() >= deadline) return { state: 'failed', why: 'there was no time left to send it', refused: false }
  let attempts = 0
  const outcome = await retry({
    attempt: () => {
      attempts += 1
      return send(request(clock()), options)
    },
    waitMs(failed, done) {
      if (failed.state !== 'retry') return undefined
      const ms = failed.afterMs ?? jitteredBackoffMs(backoff, done, random)
      return clock() + ms < deadline ? ms : undefined
    },
    sleep,
    isOver: () => clock() >= deadline,
  })
  if (outcome.state !== 'retry') return outcome
  return { state: 'failed', why: `${outcome.why} (${formatAmount(attempts, 'attempt')})`, refused: false }
}

type Attempt = Delivery | { state: 'retry'; why: string; afterMs: number | undefined }

async function send({ url, headers, body }: OutgoingRequest, options: DeliverOptions): Promise<Attempt> {
  const { fetch, clock, deadline } = options
  const timeoutMs = Math.max(1, Math.min(longestAttemptMs, deadline - clock()))
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    // A redirect would carry the signature, or the secret in the address, somewhere else.
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await response.body?.cancel()
    return verdictOn(response, clock())
  } catch (error) {
    return { state: 'retry', why: faultOf(error), afterMs: undefined }
  }
}

function verdictOn({ ok, status, headers }: Response, now: number): Attempt {
  if (ok) return { state: 'delivered' }
  if (status === 410) return { state: 'gone' }
  const why = `the receiver answered ${status}`
  if (!mayPass(status, { fromStranger: true })) return { state: 'failed', why, refused: true }
  return { state: 'retry', why, afterMs: retryAfterMs((name) => headers.get(name), '', now) }
}

/** The system's code for the fault, without the address that its message may name. */
function faultOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'the receiver did not answer in time'
  const found = [error, error instanceof Error ? error.cause : undefined].find(hasCode)
  const code = found ? ` (${String(found.code)})` : ''
  return `the receiver could not be reached${code}`
}

function hasCode(error: unknown): error is Error & { code: unknown } {
  return error instanceof Error && 'code' in error
}
