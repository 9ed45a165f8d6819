import type { Verdict } from './verdict.ts'

/** What is known afterwards of a nightly run of a feature. */
export interface PastNight {
  /** When it began, ms since the epoch. */
  at: number
  /** Codes of its reasons, e.g. `provider-drift`. */
  codes: readonly string[]
  verdict: Verdict
  /** Id of the version that was asked. */
  version: string
  /** Mean over the cases, in [0,1], with its 95 % interval. */
  score: { mean: number | null; ciLow: number | null; ciHigh: number | null }
  /** USD of the calls with a known price; null if none has one. */
  costUsd: number | null
  /** Calls without a known price, which are in no sum. */
  unpricedCalls: number
}
