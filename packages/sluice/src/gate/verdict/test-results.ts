import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { LookPlan, PairedLook } from '../../stats/index.ts'
import { changedCases } from './changed-cases.ts'
import { minimumDetectableDrop } from './detectable-drop.ts'
import type { CasePair } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'
import { type Interval, intervalAt, intervalsAt, passedAtLeast, type ThreeWayTest } from './three-way-test.ts'

type ReportedComparison = NonNullable<FeatureSummary['comparison']>

/** The candidate against the baseline in the round in which the test ended. What the data cannot tell is null. */
export interface Comparison extends Omit<ReportedComparison, 'baselineMean' | 'meanDifference'> {
  meanDifference: number
  /** The interval for exactly these cases, and for all cases of which they are a sample. */
  intervals: { goldenSet: Interval | null; population: Interval | null }
}

/** The candidate's mean against the threshold in the round in which the test ended. */
export interface ThresholdResult {
  verdict: Verdict
  threshold: number
  margin: number
  mean: number
  se: number | null
  ciLow: number | null
  ciHigh: number | null
  /** One-sided, of a pass. */
  atLeast?: number
  repeats: number
}

export function comparisonOf(
  test: ThreeWayTest,
  statistics: PairedLook,
  pairs: readonly CasePair[],
  { plan, policy }: { plan: LookPlan; policy: GatePolicy },
): Comparison {
  return {
    pairs: statistics.pairs,
    meanDifference: statistics.delta,
    ...intervalAt(plan, test.look, statistics),
    margin: policy.margin,
    ...(test.outcome === 'pass' && { atLeast: passedAtLeast(test, pairs, { ...policy, plan }) }),
    detectableDrop: minimumDetectableDrop(test, plan, policy.margin),
    repeats: plan.repeats[test.look] ?? 0,
    ...changedCases(pairs, policy),
    verdict: verdictOf(test),
    intervals: intervalsAt(plan, test.look, statistics),
  }
}

export function thresholdResultOf(
  test: ThreeWayTest,
  statistics: PairedLook,
  pairs: readonly CasePair[],
  { plan, policy, threshold }: { plan: LookPlan; policy: GatePolicy; threshold: number },
): ThresholdResult {
  const { se, ciLow, ciHigh } = intervalAt(plan, test.look, statistics)
  return {
    verdict: verdictOf(test),
    threshold,
    margin: policy.thresholdMargin,
    mean: threshold + statistics.delta,
    ...(test.outcome === 'pass' && {
      atLeast: threshold + passedAtLeast(test, pairs, { ...policy, plan, margin: policy.thresholdMargin }),
    }),
    se,
    ciLow: ciLow === null ? null : threshold + ciLow,
    ciHigh: ciHigh === null ? null : threshold + ciHigh,
    repeats: plan.repeats[test.look] ?? 0,
  }
}

function verdictOf({ outcome }: ThreeWayTest): Verdict {
  return outcome === 'undecided' ? 'inconclusive' : outcome
}
