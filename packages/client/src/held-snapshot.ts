import type { Clock, Timer } from './clock.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { Snapshot } from './protocol.ts'
import { readSnapshot } from './read-snapshot.ts'

export type SnapshotSource = 'server' | 'bootstrap'

/** The last known good snapshot, and whether a canary may still be trusted to be the present one. */
export interface HeldSnapshot {
  current(): Snapshot | undefined
  source(): SnapshotSource | 'none'
  /** Nothing was heard of the control plane for `maxStaleMs`, or ever: a canary could not be taken back. */
  isStale(): boolean
  /** Takes what is newer. False for what is invalid or older: it is reported and left, and its sender cannot be trusted. */
  offer(value: unknown, source: SnapshotSource): boolean
  /** The control plane was heard of, and it has nothing newer. */
  confirm(): void
  close(): void
}

export interface HeldSnapshotOptions {
  clock: Clock
  maxStaleMs: number
  report: Report
  /** After a snapshot of the server was applied. */
  applied: (snapshot: Snapshot) => void
  /** When canaries stop or begin to be trusted. */
  staleness: (stale: boolean) => void
}

export function createHeldSnapshot(options: HeldSnapshotOptions): HeldSnapshot {
  const { clock, maxStaleMs, report, applied, staleness } = options
  let snapshot: Snapshot | undefined
  let source: SnapshotSource | 'none' = 'none'
  let stale = true
  let timer: Timer

  function confirm(): void {
    if (stale) {
      stale = false
      staleness(false)
    }
    clock.clearTimer(timer)
    timer = clock.setTimer(() => {
      stale = true
      staleness(true)
      report('warn', 'stale', `nothing was heard of the control plane for ${maxStaleMs} ms: no unit gets a canary`)
    }, maxStaleMs)
  }

  /** Within an epoch revisions only grow. Another epoch is another store, and only the server may tell of that. */
  function isNews(next: Snapshot, from: SnapshotSource): boolean {
    if (!snapshot || source === 'bootstrap') return from === 'server' || !snapshot
    if (next.epoch !== snapshot.epoch) return from === 'server'
    return next.revision > snapshot.revision
  }

  return {
    current: () => snapshot,
    source: () => source,
    isStale: () => stale,
    confirm,
    offer(value, from) {
      try {
        const next = readSnapshot(value)
        const sameEpoch = snapshot !== undefined && next.epoch === snapshot.epoch
        if (sameEpoch && next.revision < (snapshot?.revision ?? 0)) {
          report(
            'warn',
            'outdated',
            `revision ${next.revision} is older than ${snapshot?.revision} and was not applied`,
          )
          return false
        }
        if (from === 'server') confirm()
        if (!isNews(next, from)) return true
        snapshot = next
        source = from
        if (from === 'server') applied(next)
        return true
      } catch (error) {
        report('warn', 'invalid-snapshot', messageOf(error))
        return false
      }
    },
    close: () => clock.clearTimer(timer),
  }
}
