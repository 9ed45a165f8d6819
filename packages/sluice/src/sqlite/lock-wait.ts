import { setTimeout as wait } from 'node:timers/promises'
import { backoffMs } from '../retry.ts'
import { resultCode } from './result-code.ts'

/**
 * How long a call of a server may wait until others let go of the database, in ms. SQLite itself never waits there: it
 * would do so within the call, and the whole process would stand still with it.
 */
export const longestLockWaitMs = 5000

const firstPauseMs = 5
const longestPauseMs = 100

/** BUSY and LOCKED. */
const heldByOthers = new Set<number | undefined>([5, 6])

/** Whether a call failed since somebody else holds the database, e.g. a shell with a transaction open. */
export function isHeld(cause: unknown): boolean {
  return heldByOthers.has(resultCode(cause))
}

/** How long to leave the database alone before attempt `attempt` (1 for the second), in ms. */
export function pauseBefore(attempt: number): number {
  return backoffMs({ firstMs: firstPauseMs, longestMs: longestPauseMs }, attempt - 1)
}

/** Does `work` at once, or as soon as others let go; rejects as the last attempt failed. */
export async function whenFree<T>(work: () => T, limitMs = longestLockWaitMs): Promise<T> {
  const began = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work()
    } catch (cause) {
      if (!isHeld(cause) || performance.now() - began >= limitMs) throw cause
      await wait(pauseBefore(attempt))
    }
  }
}

/** The same for a command, which may stand still meanwhile. */
export function whenFreeSync<T>(work: () => T, limitMs: number): T {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const began = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work()
    } catch (cause) {
      if (!isHeld(cause) || performance.now() - began >= limitMs) throw cause
      Atomics.wait(pause, 0, 0, pauseBefore(attempt))
    }
  }
}
