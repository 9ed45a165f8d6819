import { elapsed, type Timer } from '../clock.ts'
import { createBackoff } from '../connection/backoff.ts'
import type { Connection } from '../connection/connection.ts'
import type { DiagnosticReporter } from '../diagnostic.ts'
import type { Settings } from '../options.ts'
import type { FeedbackOutcome, Outcome } from '../protocol.ts'
import { createOpenRequests, type OpenRequests } from './open-requests.ts'
import { createOutcomeDelivery } from './outcome-delivery.ts'

export interface QueueCounts {
  /** Accepted by the control plane, with those that it had already. */
  delivered: number
  /** Lost because the queue was full (the oldest), the token may not report them, or the client was closed. */
  dropped: number
  /** Refused by the control plane as invalid, and not sent again. */
  rejected: number
  /** Not sent or not confirmed yet, with those that still wait for a `record`. */
  queued: number
}

/** Outcomes until they are delivered. It is bounded, never blocks, and never throws. */
export interface OutcomeQueue {
  add(outcome: FeedbackOutcome): void
  /** Requests about which more may be recorded; when they are closed they are queued. */
  requests: Omit<OpenRequests, 'closeDue' | 'size'>
  /** Sends all, open requests too. Resolves when they are sent, or the control plane cannot be reached. */
  flush(): Promise<void>
  counts(): QueueCounts
  /** Call when nothing can be sent any more: reports how many outcomes are lost. */
  lost(): void
  close(): Promise<void>
}

export interface OutcomeQueueOptions
  extends Pick<Settings, 'queueCapacity' | 'batchSize' | 'flushMs' | 'recordMs' | 'clock' | 'random'> {
  connection: Connection
  report: DiagnosticReporter
}

export function createOutcomeQueue(options: OutcomeQueueOptions): OutcomeQueue {
  const { connection, report, queueCapacity, flushMs, recordMs, clock, random } = options
  const batchSize = Math.min(1000, options.batchSize)
  const backoff = createBackoff(options, 500, 30_000)
  const delivery = createOutcomeDelivery(connection, report, backoff, batchSize, queueCapacity)
  const requests = createOpenRequests({
    ...{ now: () => elapsed(clock), recordMs, settleMs: Math.min(recordMs, flushMs / 4), closed: queue },
    capacity: Math.ceil(queueCapacity / 2),
  })
  let timer: Timer
  let sending: Promise<boolean> | undefined
  let closed = false

  function queue(outcome: Outcome): void {
    if (!closed) delivery.add(outcome)
    if (closed) delivery.drop(1, 'the client is closed')
    else if (delivery.waiting() >= batchSize && backoff.calm()) void send(true)
    else scheduleNext()
  }

  function send(fullOnly?: boolean): Promise<boolean> {
    clock.clearTimer(timer)
    timer = undefined
    sending ??= delivery.flush(fullOnly).then((done) => {
      sending = undefined
      if (done) scheduleNext()
      else schedule(backoff.next())
      return done
    })
    return sending
  }

  const queued = () => delivery.size() + requests.size()

  function schedule(ms: number): void {
    if (!closed && timer === undefined) timer = clock.setTimer(tick, ms)
  }

  function scheduleNext(): void {
    if (!sending && delivery.waiting() + requests.size() > 0) schedule(flushMs * (0.5 + 0.5 * random()))
  }

  function tick(): void {
    timer = undefined
    requests.closeDue()
    if (delivery.waiting() > 0) void send(true)
    else scheduleNext()
  }

  function lost(): void {
    const why = closed ? 'not accepted' : 'no close()'
    if (queued() > 0) report('warn', 'outcomes-unsent', `${queued()} outcome(s) lost: ${why}`)
  }

  return {
    lost,
    add: queue,
    requests: {
      ...requests,
      open(outcome, ending) {
        if (closed) return queue(outcome)
        requests.open(outcome, ending)
        scheduleNext()
      },
    },
    async flush() {
      requests.closeDue(true)
      // The second time for outcomes that were added while the first batch was being sent.
      if (await send()) await send()
    },
    counts: () => ({ queued: queued(), ...delivery.counts }),
    async close() {
      requests.closeDue(true)
      await sending
      requests.closeDue(true)
      await delivery.flush()
      closed = true
      lost()
      clock.clearTimer(timer)
    },
  }
}
