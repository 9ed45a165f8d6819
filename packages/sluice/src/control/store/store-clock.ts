/** A clock that does not change when this machine's clock is set. */
export interface StoreClock {
  /** ms since the epoch. */
  now(): number
  /** Sets the clock to a time that was just read from the database. */
  set(at: number): void
}

/** Starts at `at` and goes on by a steady clock. */
export function storeClock(at = Date.now()): StoreClock {
  let known = { at, since: performance.now() }
  return {
    now: () => Math.floor(known.at + performance.now() - known.since),
    set(next) {
      known = { at: next, since: performance.now() }
    },
  }
}
