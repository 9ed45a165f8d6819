import { type Clock, elapsedSince, type Moment, momentOf, type Timer } from './clock.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { Snapshot } from './protocol.ts'
import { readSnapshot } from './read-snapshot.ts'

export type SnapshotSource = 'server' | 'bootstrap'

/** What tells a snapshot from every other. */
type SnapshotName = Pick<Snapshot, 'epoch' | 'revision' | 'hash'>

/** The last known good snapshot, and whether a canary may still be trusted to be the present one. */
export interface HeldSnapshot {
  current(): Snapshot | undefined
  source(): SnapshotSource | 'none'
  /** What is held, if the server gave it. */
  served(): Snapshot | undefined
  /** Whether this names what is held. */
  isHeld(named: SnapshotName): boolean
  /** No proof that the store had nothing newer is younger than `maxStaleMs`: a canary could not be taken back. */
  isStale(): boolean
  /** Less than half of the time is left for which it is trusted. */
  isAging(): boolean
  /**
   * Takes what is newer. `readAt`: the store had this then, or later; without it there is no trust, and only a higher
   * revision of the same store is believed. True: this is what is held now.
   */
  offer(value: unknown, source: SnapshotSource, readAt?: Moment): boolean
  /** The store had nothing newer at this moment, or later. */
  confirm(readAt: Moment | undefined): void
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
  let learntAt: Moment | undefined
  let trustedAt: Moment | undefined
  let lookedAt: number | undefined
  const unheard = () => report('warn', 'stale', `no canary: no proof for ${maxStaleMs} ms`)
  // Also told where nothing was heard from the start.
  let timer: Timer = clock.setTimer(unheard, maxStaleMs)

  const trustedFor = () => (trustedAt ? maxStaleMs - elapsedSince(clock, trustedAt) : 0)

  function isStale(): boolean {
    const now = clock.now()
    // Asked by each request: the clocks are read once a millisecond.
    if (now === lookedAt) return stale
    lookedAt = now
    if (!stale && trustedFor() <= 0) {
      stale = true
      staleness(true)
      unheard()
    }
    return stale
  }

  /** Timers stand still while the machine is suspended: what decides is `isStale`. */
  function watch(): void {
    clock.clearTimer(timer)
    timer = clock.setTimer(() => isStale() || watch(), Math.max(1, trustedFor()))
  }

  function confirm(readAt: Moment | undefined): void {
    if (!readAt || elapsedSince(clock, readAt) >= maxStaleMs) return
    if (trustedAt && !isLater(readAt, trustedAt)) return
    isStale()
    trustedAt = readAt
    if (stale) {
      stale = false
      staleness(false)
    }
    watch()
  }

  // By the clock that never steps: a step of the other would make an old read look later than it was.
  const isLater = (one: Moment, other: Moment) => one.steady > other.steady

  /**
   * Within an epoch revisions grow. A store that went back, or another one, is believed by a read that was made after
   * what is held had come; what only was on its way for long is not.
   */
  function isNews(next: Snapshot, from: SnapshotSource, readAt: Moment | undefined): boolean {
    if (!snapshot) return true
    if (from === 'bootstrap') return false
    if (source === 'bootstrap' && readAt) return true
    if (next.epoch === snapshot.epoch && next.revision > snapshot.revision) return true
    return !isHeld(next) && readAt !== undefined && learntAt !== undefined && isLater(readAt, learntAt)
  }

  const isHeld = ({ epoch, revision, hash }: SnapshotName) =>
    snapshot?.epoch === epoch && snapshot.revision === revision && snapshot.hash === hash

  return {
    current: () => snapshot,
    source: () => source,
    served: () => (source === 'server' ? snapshot : undefined),
    isHeld,
    isStale,
    isAging: () => trustedFor() < maxStaleMs / 2,
    confirm,
    offer(value, from, readAt) {
      try {
        const next = readSnapshot(value)
        const news = isNews(next, from, readAt)
        if (news) {
          snapshot = next
          source = from
          learntAt = momentOf(clock)
        } else if (!isHeld(next)) {
          report('info', 'outdated', `revision ${next.revision} came late`)
          return false
        }
        if (from === 'bootstrap') return true
        confirm(readAt)
        if (news) applied(next)
        return true
      } catch (error) {
        report('warn', 'invalid-snapshot', messageOf(error))
        return false
      }
    },
    close: () => clock.clearTimer(timer),
  }
}
