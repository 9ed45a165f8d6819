/** A clock that a step of this machine's does not move. */
export interface StoreClock {
  /** ms since the epoch. */
  now(): number
  /** The store's own clock has just told this time. */
  set(at: number): void
}

/** Goes on from `at` by a clock that never steps. */
export function storeClock(at = Date.now()): StoreClock {
  let known = { at, since: performance.now() }
  return {
    now: () => Math.floor(known.at + performance.now() - known.since),
    set(next) {
      known = { at: next, since: performance.now() }
    },
  }
}
