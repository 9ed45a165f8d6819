/** The handle of a timer. */
export type Timer = unknown

/** The time and the timers of a client. Tests and simulations may pass their own. */
export interface Clock {
  /** ms since the epoch; may step back. */
  now(): number
  /**
   * ms since any fixed moment. It never steps, but may stand still while the machine is suspended. If it is missing,
   * durations are measured by `now`.
   */
  steady?(): number
  /** Calls once, after `ms`. The timer does not keep the process alive, unless `keepAlive` is set. */
  setTimer(callback: () => void, ms: number, options?: { keepAlive?: boolean }): Timer
  /** Does nothing for a timer that has fired. */
  clearTimer(timer: Timer): void
}

/** The clock and timers of the runtime. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  setTimer(callback, ms, options) {
    // In browsers it is a number.
    const timer: { unref?(): void } = setTimeout(callback, ms)
    if (!options?.keepAlive) timer.unref?.()
    return timer
  },
  clearTimer: (timer) => clearTimeout(timer as number),
}

/** A moment in ms by both clocks, since `now` may step and `steady` may stand still. */
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
