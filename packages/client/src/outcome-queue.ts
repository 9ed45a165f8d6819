import { createBackoff, retryAfter } from './backoff.ts'
import type { Timer } from './clock.ts'
import { type Answer, type Connection, post } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import { createOutcomeBuffer } from './outcome-buffer.ts'
import type { Outcome, OutcomesResponse } from './protocol.ts'

export interface QueueCounts {
  queued: number
  /** Taken by the control plane, also those that it had already. */
  delivered: number
  /** Oldest first, because the queue was full or the token may not report. */
  dropped: number
  /** Refused one by one by the control plane, and not sent again. */
  rejected: number
}

/** Outcomes on their way. Bounded; never blocks and never throws. */
export interface OutcomeQueue {
  add(outcome: Outcome): void
  /** Not sent yet, so that it may still be added to. */
  has(outcome: Outcome): boolean
  /** Sends what is queued; resolves when it is, or when the control plane cannot be reached. */
  flush(): Promise<void>
  counts(): QueueCounts
  close(): Promise<void>
}

export interface OutcomeQueueOptions {
  connection: Connection
  report: Report
  capacity: number
  /** At most 1,000. */
  batchSize: number
  /** Longest time that an outcome waits for others. */
  flushMs: number
}

export function createOutcomeQueue(options: OutcomeQueueOptions): OutcomeQueue {
  const { connection, report, capacity, batchSize, flushMs } = options
  const { clock, random } = connection
  const backoff = createBackoff({ random, firstMs: 500, mostMs: 30_000 })
  const counts = { delivered: 0, dropped: 0, rejected: 0 }
  const buffer = createOutcomeBuffer({
    capacity,
    dropped: (number) => drop(number, `the queue holds ${capacity}`),
    leftOut: (names) => report('warn', 'unwritable', `${names.join(', ')} of an outcome cannot be written as JSON`),
  })
  let limit = batchSize
  let timer: Timer
  let sending: Promise<boolean> | undefined
  let closed = false

  function drop(number: number, why: string): void {
    counts.dropped += number
    report('warn', 'outcomes-dropped', `${number} outcomes were dropped: ${why}`)
  }

  function taken({ accepted, duplicates, rejected }: OutcomesResponse): void {
    backoff.reset()
    limit = Math.min(batchSize, limit * 2)
    counts.delivered += accepted + duplicates
    counts.rejected += rejected.length
    for (const { code, message } of rejected.slice(0, 3)) report('warn', 'outcomes-rejected', `${code}: ${message}`)
  }

  /** False where the batch has to be sent again, later. */
  function understand({ status, headers, body }: Answer, sent: number): boolean {
    if (status === 200 && isResponse(body)) taken(body)
    else if (divisible.includes(status) && sent > 1) {
      limit = Math.ceil(sent / 2)
      buffer.putBack()
    } else if (refusals.includes(status)) drop(sent, `the control plane answered ${status}`)
    else {
      backoff.atLeast(retryAfter(headers, clock.now()) ?? 0)
      report('info', 'outcomes-delayed', `the control plane answered ${status}`)
      return false
    }
    return true
  }

  async function sendBatch(): Promise<boolean> {
    const outcomes = buffer.take(limit)
    let settled = false
    try {
      settled = understand(await post(connection, '/v1/outcomes', { outcomes }), outcomes.length)
    } catch (error) {
      report('info', 'outcomes-delayed', messageOf(error))
    }
    if (settled) buffer.done()
    else buffer.putBack()
    return settled
  }

  async function sendAll(): Promise<boolean> {
    while (buffer.waiting() > 0) if (!(await sendBatch())) return false
    return true
  }

  function send(): Promise<boolean> {
    clock.clearTimer(timer)
    timer = undefined
    sending ??= sendAll().then((done) => {
      sending = undefined
      if (buffer.waiting() > 0) schedule(done ? 0 : backoff.next())
      return done
    })
    return sending
  }

  function schedule(ms: number): void {
    if (!closed && timer === undefined) timer = clock.setTimer(() => void send(), ms)
  }

  return {
    add(outcome) {
      buffer.add(outcome)
      if (buffer.waiting() >= batchSize && backoff.calm()) void send()
      else if (!sending) schedule(flushMs * (0.5 + 0.5 * random()))
    },
    has: buffer.has,
    flush: async () => void (await send()),
    counts: () => ({ queued: buffer.size(), ...counts }),
    async close() {
      closed = true
      clock.clearTimer(timer)
      await sending
      await sendAll()
    },
  }
}

/** Perhaps one outcome spoils the batch, or it is too large: the halves are tried. */
const divisible = [400, 413, 422]
/** Another attempt would be answered in the same way. */
const refusals = [...divisible, 403]

function isResponse(value: unknown): value is OutcomesResponse {
  if (value === null || typeof value !== 'object') return false
  const { accepted, duplicates, rejected } = value as Record<string, unknown>
  return Number.isFinite(accepted) && Number.isFinite(duplicates) && Array.isArray(rejected)
}
