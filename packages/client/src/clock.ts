/** What a timer is known by until it has fired. */
export type Timer = unknown

/** The time and the timers that everything here runs by, so that tests and simulations can bring their own. */
export interface Clock {
  /** ms since the epoch; may step back. */
  now(): number
  /** Calls once, `ms` from now. A process ends without waiting for it, unless `keepAlive`. */
  setTimer(callback: () => void, ms: number, options?: { keepAlive?: boolean }): Timer
  /** Does nothing for a timer that has fired. */
  clearTimer(timer: Timer): void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, ms, { keepAlive = false } = {}) {
    const timer: { unref?(): void } | number = setTimeout(callback, ms)
    if (typeof timer === 'object' && !keepAlive) timer.unref?.()
    return timer
  },
  clearTimer: (timer) => clearTimeout(timer as number),
}
