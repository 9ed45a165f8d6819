import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@sluice/client'
import { TimeQueue } from './time-queue.ts'

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /**
   * Lets the time pass to `until`: every timer runs when it is due, in order, and what follows from it without waiting
   * is finished before the next.
   */
  runUntil(until: number): Promise<void>
  /** Finishes what can go on without time passing. */
  settle(): Promise<void>
}

/** Starts at `start`, ms since the epoch. The same calls always lead to the same order of events. */
export function virtualClock(start: number): VirtualClock {
  const timers = new TimeQueue<number>()
  const waiting = new Map<number, () => void>()
  let now = start
  let made = 0

  return {
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
}
