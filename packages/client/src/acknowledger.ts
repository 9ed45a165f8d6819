import { createBackoff } from './backoff.ts'
import type { Moment, Timer } from './clock.ts'
import { type Connection, post } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { HeldSnapshot } from './held-snapshot.ts'
import type { Acknowledgement, AcknowledgementResponse } from './protocol.ts'
import { holds, isText } from './shape.ts'

/** Tells the control plane what this instance has applied, at once after a change and as a heartbeat. */
export interface Acknowledger {
  /** Now, and again with each heartbeat; never rejects. */
  acknowledge(): Promise<void>
  /** Says that this instance ends. */
  leave(): Promise<void>
}

export interface AcknowledgerOptions {
  connection: Connection
  held: HeldSnapshot
  report: Report
  /** What each report says of this process. */
  identity: Pick<Acknowledgement, 'instance' | 'client'>
  /** Until the control plane says another. */
  heartbeatMs: number
  /** Between two heartbeats, whatever the control plane says: trust must not run out between them. */
  mostMs: number
  /** The control plane has something else: fetch it. */
  behind: () => void
}

const response = { epoch: isText, hash: isText, revision: Number.isFinite, heartbeatMs: Number.isFinite }

export function createAcknowledger(options: AcknowledgerOptions): Acknowledger {
  const { connection, held, report, identity, mostMs, behind } = options
  const { clock, random } = connection
  const backoff = createBackoff(connection, 1000, 10_000)
  let { heartbeatMs } = options
  let timer: Timer
  let sending: Promise<void> | undefined
  let again = false
  let left = false
  /** The last one did not arrive: whoever waits for it must not wait for the next heartbeat. */
  let failed = false

  function document(): Acknowledgement | undefined {
    const snapshot = held.served()
    if (!snapshot) return undefined
    const { epoch, revision, hash } = snapshot
    return { ...identity, epoch, revision, hash, stale: held.isStale() }
  }

  async function send(body: Acknowledgement): Promise<void> {
    try {
      const { status, headers, body: answer, readAt } = await post(connection, '/v1/acks', JSON.stringify(body))
      const understood = status === 200 && holds<AcknowledgementResponse>(answer, response)
      failed = !understood
      if (understood) understand(answer, readAt)
      else {
        backoff.heed(headers)
        report('info', 'disconnected', `an acknowledgement was answered with ${status}`)
      }
    } catch (error) {
      failed = true
      report('info', 'disconnected', messageOf(error))
    }
  }

  /** Held against what is there now: more may have come while the answer was on its way. */
  function understand(answer: AcknowledgementResponse, readAt: Moment | undefined): void {
    heartbeatMs = Math.max(100, answer.heartbeatMs)
    if (held.isHeld(answer)) held.confirm(readAt)
    else behind()
  }

  async function sendAll(): Promise<void> {
    do {
      again = false
      const body = document()
      if (body) await send(body)
      // Nothing to tell yet, or no proof by acknowledgements: neither waits for the stream.
      if (!body || held.isAging()) behind()
    } while (again && !left)
  }

  function schedule(): void {
    clock.clearTimer(timer)
    if (left) return
    if (!failed) backoff.reset()
    const delay = failed ? backoff.next() : Math.min(heartbeatMs, mostMs) * (0.8 + 0.2 * random())
    timer = clock.setTimer(() => void acknowledge(), delay)
  }

  async function acknowledge(): Promise<void> {
    if (left) return
    again = sending !== undefined
    sending ??= sendAll().finally(() => {
      sending = undefined
      schedule()
    })
    return sending
  }

  schedule()
  return {
    acknowledge,
    async leave() {
      left = true
      clock.clearTimer(timer)
      await sending
      const body = document()
      if (body) await send({ ...body, leaving: true })
    },
  }
}
