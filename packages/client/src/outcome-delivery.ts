import type { Backoff } from './backoff.ts'
import { type Connection, post, responseOf } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { Outcome, OutcomesResponse } from './protocol.ts'
import { isCount } from './shape.ts'

/** Outcomes that wait, in order and as JSON, and are sent batch by batch; beyond the capacity the oldest are dropped. */
export interface OutcomeDelivery {
  add(outcome: Outcome): void
  /**
   * Sends all; with `fullOnly` what does not fill another batch waits for others. False where the control plane could not take it yet.
   * Never rejects.
   */
  flush(fullOnly?: boolean): Promise<boolean>
  /** Counts what is lost, and tells of it. */
  drop(number: number, why: string): void
  /** Not on their way. */
  waiting(): number
  /** Waiting or on their way. */
  size(): number
  counts: { delivered: number; dropped: number; rejected: number }
}

/** No body is above the server's limit of 1 MiB: a character is at most three bytes. */
const requestChars = 300_000
/** All that may wait. */
const mostChars = 30_000_000

/** Perhaps one outcome spoils the batch, or it is too large: the halves are tried. */
const divisible = [400, 413, 422]
/** Another attempt would be answered in the same way. */
const refusals = [...divisible, 403]

const response = { accepted: isCount, duplicates: isCount, rejected: Array.isArray }

export function createOutcomeDelivery(
  connection: Connection,
  report: Report,
  backoff: Backoff,
  batchSize: number,
  capacity: number,
): OutcomeDelivery {
  const counts = { delivered: 0, dropped: 0, rejected: 0 }
  /** The oldest first. */
  const outcomes: string[] = []
  let chars = 0
  /** So many of the oldest are on their way. */
  let taken = 0
  let limit = batchSize

  function drop(number: number, why: string): void {
    counts.dropped += number
    report('warn', 'outcomes-dropped', `${number} dropped: ${why}`)
  }

  function remove(from: number, number: number): void {
    for (const { length } of outcomes.splice(from, number)) chars -= length
  }

  /** What is on its way stays: it may have arrived. */
  function bound(): void {
    let dropped = 0
    for (; outcomes.length > taken && (outcomes.length > capacity || chars > mostChars); dropped += 1) remove(taken, 1)
    if (dropped > 0) drop(dropped, `the queue holds ${capacity}`)
  }

  /** How many of the oldest fit into a request. */
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

  /** False where the batch has to be sent again, later. */
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
