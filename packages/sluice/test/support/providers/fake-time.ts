import type { Sleep } from '../../../src/core/providers/clock.ts'

/** A clock that moves only by sleeping. */
export interface FakeTime {
  clock: () => number
  sleep: Sleep
  /** How long each sleep was, in ms. */
  slept: number[]
}

export function fakeTime(start = 0): FakeTime {
  let now = start
  const slept: number[] = []
  return {
    clock: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted()
      slept.push(ms)
      now += ms
    },
    slept,
  }
}
