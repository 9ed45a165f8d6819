import { setTimeout as wait } from 'node:timers/promises'
import { backoffMs } from '../backoff.ts'
import { resultCode } from './result-code.ts'

/**
 * How long a call of a server may wait for a lock on the database, in ms. SQLite itself never waits there: it would
 * block the whole process during the call.
 */
export const longestLockWaitMs = 5000

const firstPauseMs = 5
const longestPauseMs = 100

/** The SQLite result codes BUSY and LOCKED. */
const heldByOthers = new Set<number | undefined>([5, 6])

/** Whether a call failed because of another's lock on the database, e.g. a shell with an open transaction. */
export function isHeld(cause: unknown): boolean {
  return heldByOthers.has(resultCode(cause))
}

/** The pause before a further attempt, in ms; `attempt` is 1 for the second. */
export function pauseBefore(attempt: number): number {
  return backoffMs({ firstMs: firstPauseMs, longestMs: longestPauseMs }, attempt - 1)
}

/**
 * Runs `work` at once, or as soon as the lock is free. After the time limit it rejects with the error of the last
 * attempt.
 */
export async function whenFree<T>(work: () => T): Promise<T> {
  const began = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work()
    } catch (cause) {
      if (!isHeld(cause) || performance.now() - began >= longestLockWaitMs) throw cause
      await wait(pauseBefore(attempt))
    }
  }
}

/** Waits likewise for a command, whose process may block meanwhile. */
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
