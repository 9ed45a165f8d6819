import { setTimeout as wait } from 'node:timers/promises'

/** Resolves after `ms`; rejects with an AbortError when the signal fires first. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const sleep: Sleep = (ms, signal) => wait(ms, undefined, { signal })
