import type { Timer } from '../clock.ts'
import { createBackoff } from '../connection/backoff.ts'
import { type Connection, type JsonAnswer, post } from '../connection/connection.ts'
import { type DiagnosticReporter, messageOf } from '../diagnostic.ts'
import type { Settings } from '../options.ts'
import type { Acknowledgement, AcknowledgementResponse } from '../protocol.ts'
import { isCount } from '../shape.ts'
import type { HeldSnapshot } from './held-snapshot.ts'

/** Reports to the control plane what this instance has applied: right after a change, and as a heartbeat. */
export interface Acknowledger {
  /** Sends a report now; never rejects. Heartbeats are sent without it. */
  tell(): Promise<void>
  /** Reports that this instance ends. */
  leave(): Promise<void>
}

export interface AcknowledgerOptions extends Pick<Settings, 'maxStaleMs' | 'heartbeatMs' | 'clock' | 'random'> {
  connection: Connection
  held: HeldSnapshot
  report: DiagnosticReporter
  /** Name of this process. */
  instance: string
  /** Called when the control plane has another snapshot, which must be fetched. */
  refresh: () => void
}

const name = '@sluice/client 0.1.0'
const response = { heartbeatMs: isCount }

export function createAcknowledger(options: AcknowledgerOptions): Acknowledger {
  const { connection, held, report, instance, refresh, maxStaleMs, clock, random } = options
  const backoff = createBackoff(options, 1000, 10_000)
  let { heartbeatMs } = options
  let timer: Timer
  let sending: Promise<void> | undefined
  let again = false
  let left = false
  /**
   * The last report did not arrive. It is repeated sooner than the next heartbeat, since an operator may wait for it.
   */
  let failed = false

  /** Resolves to false if there is no snapshot to report yet. */
  async function send(leaving?: true): Promise<boolean> {
    const snapshot = held.served()
    if (!snapshot) return false
    const { epoch, revision, hash } = snapshot
    const stale = held.isStale()
    const body: Acknowledgement = { instance, client: name, epoch, revision, hash, stale, ...(leaving && { leaving }) }
    try {
      const answer = await post<AcknowledgementResponse>(connection, '/v1/acks', JSON.stringify(body), response)
      failed = false
      understand(answer)
    } catch (error) {
      failed = true
      backoff.heed(error)
      report('info', 'disconnected', messageOf(error))
    }
    return true
  }

  /** Compares the answer with the present snapshot, since a newer one may have arrived after the report was sent. */
  function understand({ body, readAt }: JsonAnswer<AcknowledgementResponse>): void {
    heartbeatMs = Math.max(100, body.heartbeatMs)
    if (held.isHeld(body)) held.confirm(readAt)
    else refresh()
  }

  async function sendAll(): Promise<void> {
    do {
      again = false
      // There is nothing to report yet, or reports do not prove that the snapshot is present: ask, without waiting for
      // the stream.
      if (!(await send()) || held.isAging()) refresh()
    } while (again && !left)
    sending = undefined
    schedule()
  }

  function schedule(): void {
    clock.clearTimer(timer)
    if (left) return
    if (!failed) backoff.reset()
    // The snapshot must not become stale between two heartbeats, whatever interval the control plane asks for.
    const most = Math.min(heartbeatMs, Math.max(200, maxStaleMs / 3))
    timer = clock.setTimer(tell, failed ? backoff.next() : most * (0.8 + 0.2 * random()))
  }

  async function tell(): Promise<void> {
    if (left) return
    again = sending !== undefined
    sending ??= sendAll()
    return sending
  }

  schedule()
  return {
    tell,
    async leave() {
      left = true
      clock.clearTimer(timer)
      await sending
      await send(true)
    },
  }
}
