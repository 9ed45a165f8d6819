import { setTimeout as wait } from 'node:timers/promises'

/** ms since the epoch by a clock that never steps, even if the machine's time is set or has a leap second. */
export const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now())

/** Resolves after `ms`; rejects with an AbortError when the signal fires first. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const sleep: Sleep = (ms, signal) => wait(ms, undefined, { signal })
