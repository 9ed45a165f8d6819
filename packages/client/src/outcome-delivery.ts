import type { Backoff } from './backoff.ts'
import { type Answer, type Connection, post } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { OutcomeBuffer } from './outcome-buffer.ts'
import type { OutcomesResponse } from './protocol.ts'
import { holds } from './shape.ts'

export interface DeliveryCounts {
  /** Taken by the control plane, also those that it had already. */
  delivered: number
  /** Oldest first, because the queue was full, the token may not report, or the client was closed. */
  dropped: number
  /** Refused one by one by the control plane, and not sent again. */
  rejected: number
}

/** Sends what a buffer holds, batch by batch. */
export interface OutcomeDelivery {
  /** False where the control plane could not take it yet. Never rejects. */
  sendAll(): Promise<boolean>
  /** The same of one batch, and of more as long as they are full: what comes meanwhile waits for others. */
  sendFull(): Promise<boolean>
  drop(number: number, why: string): void
  counts(): DeliveryCounts
}

export function createOutcomeDelivery(
  connection: Connection,
  report: Report,
  backoff: Backoff,
  batchSize: number,
  buffer: () => OutcomeBuffer,
): OutcomeDelivery {
  const counts = { delivered: 0, dropped: 0, rejected: 0 }
  let limit = batchSize

  function drop(number: number, why: string): void {
    counts.dropped += number
    report('warn', 'outcomes-dropped', `${number} outcomes were dropped: ${why}`)
  }

  function taken({ accepted, duplicates, rejected, dropped }: OutcomesResponse): void {
    backoff.reset()
    limit = Math.min(batchSize, limit * 2)
    counts.delivered += accepted + duplicates
    counts.rejected += rejected.length
    for (const { code, message } of rejected.slice(0, 3)) report('warn', 'outcomes-rejected', `${code}: ${message}`)
    for (const { message } of dropped?.slice?.(0, 3) ?? []) report('warn', 'invalid-field', `as received: ${message}`)
  }

  /** False where the batch has to be sent again, later. */
  function understand({ status, headers, body }: Answer, sent: number): boolean {
    if (status === 200 && holds<OutcomesResponse>(body, response)) taken(body)
    else if (divisible.includes(status) && sent > 1) {
      limit = Math.ceil(sent / 2)
      buffer().settle(false)
    } else if (refusals.includes(status)) drop(sent, `the control plane answered ${status}`)
    else {
      backoff.heed(headers)
      report('info', 'outcomes-delayed', `the control plane answered ${status}`)
      return false
    }
    return true
  }

  async function sendBatch(): Promise<boolean> {
    const outcomes = buffer().take(limit)
    let settled = false
    try {
      const answer = await post(connection, '/v1/outcomes', `{"outcomes":[${outcomes}]}`)
      settled = understand(answer, outcomes.length)
    } catch (error) {
      report('info', 'outcomes-delayed', messageOf(error))
    }
    buffer().settle(settled)
    return settled
  }

  return {
    async sendAll() {
      while (buffer().waiting() > 0) if (!(await sendBatch())) return false
      return true
    },
    async sendFull() {
      do if (!(await sendBatch())) return false
      while (buffer().waiting() >= limit)
      return true
    },
    drop,
    counts: () => ({ ...counts }),
  }
}

/** Perhaps one outcome spoils the batch, or it is too large: the halves are tried. */
const divisible = [400, 413, 422]
/** Another attempt would be answered in the same way. */
const refusals = [...divisible, 403]

const response = { accepted: Number.isFinite, duplicates: Number.isFinite, rejected: Array.isArray }
