import type { Clock } from '@sluice/client'

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on by `ms`, and calls the timers that are due on the way. */
  advance(ms: number): void
  /** Goes on by `ms` at once, as on a machine that slept: of the timers, those that are due then are called once. */
  jump(ms: number): void
  /** Tells an earlier time from now on, as a machine's clock that was set right; timers go on as before. */
  stepBack(ms: number): void
}

export function manualClock(start = Date.parse('2026-11-24T09:00:00Z')): ManualClock {
  let now = start
  let stepped = 0
  const timers = new Set<{ at: number; callback: () => void }>()
  const due = (until: number) => {
    let first: { at: number; callback: () => void } | undefined
    for (const timer of timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer
    return first
  }
  return {
    now: () => now - stepped,
    setTimer(callback, ms) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return timer
    },
    clearTimer: (timer) => void timers.delete(timer as { at: number; callback: () => void }),
    advance(ms) {
      const until = now + ms
      for (let timer = due(until); timer; timer = due(until)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.callback()
      }
      now = until
    },
    jump(ms) {
      now += ms
      for (const timer of [...timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at))
        if (timers.delete(timer)) timer.callback()
    },
    stepBack(ms) {
      stepped += ms
    },
  }
}
