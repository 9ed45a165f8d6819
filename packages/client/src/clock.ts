/** What a timer is known by until it has fired. */
export type Timer = unknown

/** The time and the timers that everything here runs by, so that tests and simulations can bring their own. */
export interface Clock {
  /** ms since the epoch; may step back. */
  now(): number
  /** Calls once, `ms` from now. */
  setTimer(callback: () => void, ms: number): Timer
  /** Does nothing for a timer that has fired. */
  clearTimer(timer: Timer): void
}

/** The clock of the machine. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, ms) {
    const timer: { unref?(): void } | number = setTimeout(callback, ms)
    if (typeof timer === 'object') timer.unref?.()
    return timer
  },
  clearTimer: (timer) => clearTimeout(timer as number),
}
