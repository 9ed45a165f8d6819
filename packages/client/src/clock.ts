/** What a timer is known by until it has fired. */
export type Timer = unknown

/** The time and the timers that everything here runs by, so that tests and simulations can bring their own. */
export interface Clock {
  /** ms since the epoch; may step back. */
  now(): number
  /** ms since any moment; never steps, but may stand still while the machine is suspended. Without it `now` is all there is. */
  steady?(): number
  /** Calls once, `ms` from now. A process ends without waiting for it, unless `keepAlive`. */
  setTimer(callback: () => void, ms: number, options?: { keepAlive?: boolean }): Timer
  /** Does nothing for a timer that has fired. */
  clearTimer(timer: Timer): void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  setTimer(callback, ms, options) {
    // A number in browsers.
    const timer: { unref?(): void } = setTimeout(callback, ms)
    if (!options?.keepAlive) timer.unref?.()
    return timer
  },
  clearTimer: (timer) => clearTimeout(timer as number),
}

/** A moment by both clocks: one of them may step, the other stand still. */
export interface Moment {
  now: number
  steady: number
}

/** The present moment, or one `ms` ago. */
export function momentOf(clock: Clock, ms = 0): Moment {
  const now = clock.now() - ms
  return { now, steady: clock.steady ? clock.steady() - ms : now }
}

/** ms since then, by the clock that says more: rather too many than too few. Never negative. */
export function elapsedSince(clock: Clock, then: Moment): number {
  const now = clock.now()
  return Math.max(0, now - then.now, (clock.steady?.() ?? now) - then.steady)
}

/** What durations are measured by: a step of the wall clock is no time. */
export function elapsed(clock: Clock): number {
  return clock.steady?.() ?? clock.now()
}
