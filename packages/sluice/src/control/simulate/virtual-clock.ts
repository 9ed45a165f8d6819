import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@sluice/client'
import { TimeQueue } from './time-queue.ts'

/** A clock whose time only passes in `runUntil`. */
export interface VirtualClock extends Clock {
  /**
   * Advances the time to `until`. Timers run in order at their time. All that follows from one without waiting is
   * finished before the next.
   */
  runUntil(until: number): Promise<void>
  /** Sets the time at once: timers that were due meanwhile run late, and each only once. */
  jumpTo(time: number): Promise<void>
  /** Finishes all that needs no time. */
  settle(): Promise<void>
}

/** Starts at `start`, ms since the epoch. The same calls always lead to the same order of events. */
export function virtualClock(start: number): VirtualClock {
  const timers = new TimeQueue<number>()
  const waiting = new Map<number, () => void>()
  let now = start
  let made = 0

  const clock: VirtualClock = {
    now: () => now,
    setTimer(callback, ms) {
      made += 1
      waiting.set(made, callback)
      timers.add(now + Math.max(0, ms), made)
      return made
    },
    clearTimer(timer) {
      waiting.delete(Number(timer))
    },
    settle: () => setImmediate(),
    async jumpTo(time) {
      now = Math.max(now, time)
      await clock.runUntil(time)
    },
    async runUntil(until) {
      await setImmediate()
      for (let next = timers.take(until); next; next = timers.take(until)) {
        const callback = waiting.get(next.item)
        if (!callback) continue
        waiting.delete(next.item)
        now = Math.max(now, next.at)
        callback()
        await setImmediate()
      }
      now = Math.max(now, until)
    },
  }
  return clock
}
