import { createBackoff } from './backoff.ts'
import type { Timer } from './clock.ts'
import { type Answer, type Connection, post } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { HeldSnapshot } from './held-snapshot.ts'
import type { Settings } from './options.ts'
import type { Acknowledgement, AcknowledgementResponse } from './protocol.ts'
import { isCount } from './shape.ts'

/** Tells the control plane what this instance has applied, at once after a change and as a heartbeat. */
export interface Acknowledger {
  /** Now, and again with each heartbeat; never rejects. */
  tell(): Promise<void>
  /** Says that this instance ends. */
  leave(): Promise<void>
}

export interface AcknowledgerOptions extends Pick<Settings, 'maxStaleMs' | 'heartbeatMs' | 'clock' | 'random'> {
  connection: Connection
  held: HeldSnapshot
  report: Report
  /** What this process calls itself. */
  instance: string
  /** The control plane has something else: fetch it. */
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
  /** The last one did not arrive: whoever waits for it must not wait for the next heartbeat. */
  let failed = false

  /** False where there is nothing to tell yet. */
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

  /** Held against what is there now: more may have come while the answer was on its way. */
  function understand({ body, readAt }: Answer<AcknowledgementResponse>): void {
    heartbeatMs = Math.max(100, body.heartbeatMs)
    if (held.isHeld(body)) held.confirm(readAt)
    else refresh()
  }

  async function sendAll(): Promise<void> {
    do {
      again = false
      // Nothing to tell yet, or no proof by acknowledgements: neither waits for the stream.
      if (!(await send()) || held.isAging()) refresh()
    } while (again && !left)
    sending = undefined
    schedule()
  }

  function schedule(): void {
    clock.clearTimer(timer)
    if (left) return
    if (!failed) backoff.reset()
    // Trust must not run out between two heartbeats, whatever the control plane says.
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
