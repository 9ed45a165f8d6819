import type { Clock } from '@sluice/client'

/** A clock that does not change when this machine's clock is set. */
export interface StoreClock {
  /** ms since the epoch. */
  now(): number
  /** Sets the clock to a time that was just read from the database. */
  set(at: number): void
}

/** The time of the store where it has one, so that all replicas mean the same; else that of this process. */
export function storeNow({ store, clock }: { store: { now?(): number }; clock: Pick<Clock, 'now'> }): number {
  return store.now?.() ?? clock.now()
}

/** Starts at the time of this machine and goes on by a steady clock. */
export function storeClock(): StoreClock {
  let known = { at: Date.now(), since: performance.now() }
  return {
    now: () => Math.floor(known.at + performance.now() - known.since),
    set(next) {
      known = { at: next, since: performance.now() }
    },
  }
}

/**
 * The time that decides whether something has expired, in ms since the epoch: the later one of the wall clock and the
 * store's clock. The wall clock goes on while the machine sleeps. The store's clock goes on when the wall clock is set
 * back, so what has expired stays expired.
 */
export function expiryTime(store: { now?: () => number }, clock: Clock): number {
  return Math.max(clock.now(), store.now?.() ?? Number.NEGATIVE_INFINITY)
}
