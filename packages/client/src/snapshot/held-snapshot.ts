import { type Clock, elapsedSince, type Moment, momentOf, type Timer } from '../clock.ts'
import { type DiagnosticReporter, messageOf } from '../diagnostic.ts'
import type { Snapshot } from '../protocol.ts'
import { readSnapshot } from './read-snapshot.ts'

export type SnapshotSource = 'server' | 'bootstrap'

/** What identifies a snapshot. */
type SnapshotName = Pick<Snapshot, 'epoch' | 'revision' | 'hash'>

/** The newest valid snapshot, and whether it is confirmed recently enough to serve a canary. */
export interface HeldSnapshot {
  current(): Snapshot | undefined
  source(): SnapshotSource | 'none'
  /** The snapshot, if it came from the server. */
  served(): Snapshot | undefined
  /** Whether this names the present snapshot. */
  isHeld(named: SnapshotName): boolean
  /**
   * Whether the last proof that the store had nothing newer is older than `maxStaleMs`. Then no canary may be served.
   */
  isStale(): boolean
  /** Whether more than half of `maxStaleMs` has passed since the last proof. */
  isAging(): boolean
  /**
   * Takes a snapshot if it is newer; true if it is the present one afterwards. `readAt`: the store had it at this
   * moment, or later. Without this proof it allows no canary, and only a higher revision of the same store is accepted.
   */
  offer(value: unknown, source: SnapshotSource, readAt?: Moment): boolean
  /** Call if the store had nothing newer at this moment, or later. */
  confirm(readAt: Moment | undefined): void
  close(): void
}

export interface HeldSnapshotOptions {
  clock: Clock
  maxStaleMs: number
  report: DiagnosticReporter
  /** Called after a snapshot of the server was applied. */
  applied: (snapshot: Snapshot) => void
  /** Called when canaries may no longer be served, and when they may be again. */
  staleness: (stale: boolean) => void
}

export function createHeldSnapshot(options: HeldSnapshotOptions): HeldSnapshot {
  const { clock, maxStaleMs, report, applied, staleness } = options
  let snapshot: Snapshot | undefined
  let source: SnapshotSource | 'none' = 'none'
  let stale = true
  let receivedAt: Moment | undefined
  let confirmedAt: Moment | undefined
  let checkedAt: number | undefined
  const reportStale = () => report('warn', 'stale', `no canary: nothing confirmed for ${maxStaleMs} ms`)
  // It is also reported if the control plane never answers.
  let timer: Timer = clock.setTimer(reportStale, maxStaleMs)

  const freshFor = () => (confirmedAt ? maxStaleMs - elapsedSince(clock, confirmedAt) : 0)

  function isStale(): boolean {
    const now = clock.now()
    // Called by each request, so the result is computed once a millisecond.
    if (now === checkedAt) return stale
    checkedAt = now
    if (!stale && freshFor() <= 0) {
      stale = true
      staleness(true)
      reportStale()
    }
    return stale
  }

  /** Timers stand still while the machine is suspended, so `isStale` decides and not the timer. */
  function watch(): void {
    clock.clearTimer(timer)
    timer = clock.setTimer(() => isStale() || watch(), Math.max(1, freshFor()))
  }

  function confirm(readAt: Moment | undefined): void {
    if (!readAt || elapsedSince(clock, readAt) >= maxStaleMs) return
    if (confirmedAt && !isLater(readAt, confirmedAt)) return
    isStale()
    confirmedAt = readAt
    if (stale) {
      stale = false
      staleness(false)
    }
    watch()
  }

  // The clock that never steps decides: after a step of the other one an old read could seem to be newer.
  const isLater = (one: Moment, other: Moment) => one.steady > other.steady

  /**
   * Within an epoch revisions grow. A lower revision or another epoch (a restored or another store) is accepted only if
   * the store was read after the present snapshot was received. So an old answer that arrives late is not.
   */
  function isNewer(next: Snapshot, from: SnapshotSource, readAt: Moment | undefined): boolean {
    if (!snapshot) return true
    if (from === 'bootstrap') return false
    if (source === 'bootstrap' && readAt) return true
    if (next.epoch === snapshot.epoch && next.revision > snapshot.revision) return true
    return !isHeld(next) && readAt !== undefined && receivedAt !== undefined && isLater(readAt, receivedAt)
  }

  const isHeld = ({ epoch, revision, hash }: SnapshotName) =>
    snapshot?.epoch === epoch && snapshot.revision === revision && snapshot.hash === hash

  return {
    current: () => snapshot,
    source: () => source,
    served: () => (source === 'server' ? snapshot : undefined),
    isHeld,
    isStale,
    isAging: () => freshFor() < maxStaleMs / 2,
    confirm,
    offer(value, from, readAt) {
      try {
        const next = readSnapshot(value)
        const isNew = isNewer(next, from, readAt)
        if (isNew) {
          snapshot = next
          source = from
          receivedAt = momentOf(clock)
        } else if (!isHeld(next)) {
          report('info', 'outdated', `revision ${next.revision} arrived late`)
          return false
        }
        if (from === 'bootstrap') return true
        confirm(readAt)
        if (isNew) applied(next)
        return true
      } catch (error) {
        report('warn', 'invalid-snapshot', messageOf(error))
        return false
      }
    },
    close: () => clock.clearTimer(timer),
  }
}
