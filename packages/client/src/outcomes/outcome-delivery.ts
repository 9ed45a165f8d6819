import type { Backoff } from '../connection/backoff.ts'
import { type Connection, post, responseOf } from '../connection/connection.ts'
import { type DiagnosticReporter, messageOf } from '../diagnostic.ts'
import type { Outcome, OutcomesResponse } from '../protocol.ts'
import { isCount } from '../shape.ts'

/** Keeps outcomes as JSON, in order, and sends them in batches. If there are too many, the oldest are dropped. */
export interface OutcomeDelivery {
  add(outcome: Outcome): void
  /**
   * Sends all; with `fullOnly` a last batch that is not full keeps waiting. Resolves to false if the control plane
   * could not take them, so that they must be sent later. Never rejects.
   */
  flush(fullOnly?: boolean): Promise<boolean>
  /** Counts and reports lost outcomes. */
  drop(number: number, why: string): void
  /** How many are not being sent. */
  waiting(): number
  /** How many are waiting or being sent. */
  size(): number
  counts: { delivered: number; dropped: number; rejected: number }
}

/** Most characters of a request. A character has at most three bytes, so it is below the server's limit of 1 MiB. */
const requestChars = 300_000
/** Most characters that are kept. */
const mostChars = 30_000_000

/** Statuses after which the halves are sent: one outcome may be invalid, or the batch too large. */
const divisible = [400, 413, 422]
/** Statuses after which the same request would only be refused again. */
const refusals = [...divisible, 403]

const response = { accepted: isCount, duplicates: isCount, rejected: Array.isArray }

export function createOutcomeDelivery(
  connection: Connection,
  report: DiagnosticReporter,
  backoff: Backoff,
  batchSize: number,
  capacity: number,
): OutcomeDelivery {
  const counts = { delivered: 0, dropped: 0, rejected: 0 }
  /** The oldest first. */
  const outcomes: string[] = []
  let chars = 0
  /** How many of the oldest are being sent. */
  let taken = 0
  let limit = batchSize

  function drop(number: number, why: string): void {
    counts.dropped += number
    report('warn', 'outcomes-dropped', `${number} dropped: ${why}`)
  }

  function remove(from: number, number: number): void {
    for (const { length } of outcomes.splice(from, number)) chars -= length
  }

  /** Drops the oldest of those that are not being sent: the others may have arrived already. */
  function bound(): void {
    let dropped = 0
    for (; outcomes.length > taken && (outcomes.length > capacity || chars > mostChars); dropped += 1) remove(taken, 1)
    if (dropped > 0) drop(dropped, `the queue holds ${capacity}`)
  }

  /** How many of the oldest outcomes fit into one request. */
  function fitting(): number {
    let sum = 0
    let count = 0
    for (const { length } of outcomes) {
      sum += length
      if (count > 0 && (count >= limit || sum > requestChars)) break
      count += 1
    }
    return count
  }

  function understand({ accepted, duplicates, rejected, dropped }: OutcomesResponse): void {
    backoff.reset()
    limit = Math.min(batchSize, limit * 2)
    counts.delivered += accepted + duplicates
    counts.rejected += rejected.length
    for (const { code, message } of rejected.slice(0, 3)) report('warn', 'outcomes-rejected', `${code}: ${message}`)
    for (const { message } of dropped?.slice?.(0, 3) ?? []) report('warn', 'invalid-field', `as received: ${message}`)
  }

  /** Resolves to false if the batch must be sent again later. */
  async function sendBatch(): Promise<boolean> {
    const sent = fitting()
    taken = sent
    let done = sent
    let goOn = true
    try {
      const json = `{"outcomes":[${outcomes.slice(0, sent)}]}`
      understand((await post<OutcomesResponse>(connection, '/v1/outcomes', json, response)).body)
    } catch (error) {
      const status = responseOf(error)?.status ?? 0
      if (divisible.includes(status) && sent > 1) {
        done = 0
        limit = Math.ceil(sent / 2)
      } else if (refusals.includes(status)) drop(sent, messageOf(error))
      else {
        done = 0
        goOn = false
        backoff.heed(error)
        report('info', 'outcomes-delayed', messageOf(error))
      }
    }
    taken = 0
    remove(0, done)
    bound()
    return goOn
  }

  return {
    add(outcome) {
      const json = JSON.stringify(outcome)
      outcomes.push(json)
      chars += json.length
      bound()
    },
    async flush(fullOnly) {
      while (outcomes.length > taken) {
        if (!(await sendBatch())) return false
        if (fullOnly && outcomes.length - taken < limit) break
      }
      return true
    },
    drop,
    waiting: () => outcomes.length - taken,
    size: () => outcomes.length,
    counts,
  }
}
