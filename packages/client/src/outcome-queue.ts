import { createBackoff } from './backoff.ts'
import { elapsed, type Timer } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Report } from './diagnostic.ts'
import { createOpenRequests, type OpenRequests } from './open-requests.ts'
import { createOutcomeBuffer } from './outcome-buffer.ts'
import { createOutcomeDelivery, type DeliveryCounts } from './outcome-delivery.ts'
import type { FeedbackOutcome, Outcome } from './protocol.ts'

export interface QueueCounts extends DeliveryCounts {
  /** On their way, also those of which more may still be recorded. */
  queued: number
}

/** Outcomes on their way. Bounded; never blocks and never throws. */
export interface OutcomeQueue {
  add(outcome: FeedbackOutcome): void
  /** Requests of which more may still be recorded; afterwards they are queued. */
  requests: Omit<OpenRequests, 'closeDue' | 'size'>
  /** Sends what is queued, open or not; resolves when it is, or when the control plane cannot be reached. */
  flush(): Promise<void>
  counts(): QueueCounts
  /** Nothing can be sent any more: tells what is left. */
  lost(): void
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
  /** Longest time that a request waits for its record. */
  recordMs: number
}

export function createOutcomeQueue(options: OutcomeQueueOptions): OutcomeQueue {
  const { connection, report, capacity, batchSize, flushMs, recordMs } = options
  const { clock, random } = connection
  const backoff = createBackoff(connection, 500, 30_000)
  const delivery = createOutcomeDelivery(connection, report, backoff, batchSize, () => buffer)
  const buffer = createOutcomeBuffer(capacity, (number) => delivery.drop(number, `the queue holds ${capacity}`))
  const requests = createOpenRequests({
    ...{ now: () => elapsed(clock), recordMs, settleMs: Math.min(recordMs, flushMs / 4), closed: queue },
    capacity: Math.ceil(capacity / 2),
  })
  let timer: Timer
  let sending: Promise<boolean> | undefined
  let closed = false

  function queue(outcome: Outcome): void {
    if (!closed) buffer.add(outcome)
    if (closed) delivery.drop(1, 'the client is closed')
    else if (buffer.waiting() >= batchSize && backoff.calm()) void send(delivery.sendFull)
    else scheduleNext()
  }

  function send(how = delivery.sendAll): Promise<boolean> {
    clock.clearTimer(timer)
    timer = undefined
    sending ??= how().then((done) => {
      sending = undefined
      if (done) scheduleNext()
      else schedule(backoff.next())
      return done
    })
    return sending
  }

  function schedule(ms: number): void {
    if (!closed && timer === undefined) timer = clock.setTimer(tick, ms)
  }

  function scheduleNext(): void {
    if (!sending && buffer.waiting() + requests.size() > 0) schedule(flushMs * (0.5 + 0.5 * random()))
  }

  function tick(): void {
    timer = undefined
    requests.closeDue()
    if (buffer.waiting() > 0) void send(delivery.sendFull)
    else scheduleNext()
  }

  function lost(): void {
    const left = buffer.size() + requests.size()
    const why = closed ? 'the control plane did not take them' : 'the process ended without close()'
    if (left > 0) report('warn', 'outcomes-unsent', `${left} outcome(s) are lost: ${why}`)
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
      // What was added while the last batch was on its way has its turn.
      if (await send()) await send()
    },
    counts: () => ({ queued: buffer.size() + requests.size(), ...delivery.counts() }),
    async close() {
      requests.closeDue(true)
      await sending
      requests.closeDue(true)
      await delivery.sendAll()
      closed = true
      lost()
      clock.clearTimer(timer)
    },
  }
}
