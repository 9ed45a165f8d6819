import type { LookPlan, PairedLook } from '../stats/index.ts'
import { changedCases } from './changed-cases.ts'
import { detectableDrop } from './detectable.ts'
import type { CasePair } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'
import { type Interval, intervalAt, intervalsAt, type ThreeWayTest } from './three-way-test.ts'

export type Verdict = 'pass' | 'fail' | 'inconclusive'

/** Candidate against baseline, at the look at which the test ended. Undefined is what the data cannot tell. */
export interface Comparison {
  verdict: Verdict
  pairs: number
  meanDifference: number
  se: number | undefined
  ciLow: number | undefined
  ciHigh: number | undefined
  margin: number
  detectableDrop: number | undefined
  /** Repeats per case at that look. */
  repeats: number
  /** Ids, the largest change first. */
  regressed: string[]
  improved: string[]
  /** The interval for exactly these cases, and for all cases of which they are a sample. */
  intervals: { goldenSet: Interval | undefined; population: Interval | undefined }
}

/** The candidate's mean against the threshold, at the look at which the test ended. */
export interface ThresholdResult {
  verdict: Verdict
  threshold: number
  margin: number
  mean: number
  se: number | undefined
  ciLow: number | undefined
  ciHigh: number | undefined
  repeats: number
}

export function comparisonOf(
  test: ThreeWayTest,
  statistics: PairedLook,
  pairs: readonly CasePair[],
  { plan, policy }: { plan: LookPlan; policy: GatePolicy },
): Comparison {
  const interval = intervalAt(plan, test.look, statistics)
  return {
    verdict: verdictOf(test),
    pairs: statistics.pairs,
    meanDifference: statistics.delta,
    se: interval?.se,
    ciLow: interval?.ciLow,
    ciHigh: interval?.ciHigh,
    margin: policy.margin,
    detectableDrop: detectableDrop(test, plan, policy.margin),
    repeats: plan.repeats[test.look] ?? 0,
    ...changedCases(pairs, policy),
    intervals: intervalsAt(plan, test.look, statistics),
  }
}

export function thresholdResultOf(
  test: ThreeWayTest,
  statistics: PairedLook,
  { plan, policy, threshold }: { plan: LookPlan; policy: GatePolicy; threshold: number },
): ThresholdResult {
  const interval = intervalAt(plan, test.look, statistics)
  return {
    verdict: verdictOf(test),
    threshold,
    margin: policy.thresholdMargin,
    mean: threshold + statistics.delta,
    se: interval?.se,
    ciLow: interval && threshold + interval.ciLow,
    ciHigh: interval && threshold + interval.ciHigh,
    repeats: plan.repeats[test.look] ?? 0,
  }
}

function verdictOf({ outcome }: ThreeWayTest): Verdict {
  return outcome === 'undecided' ? 'inconclusive' : outcome
}
