import type { Verdict } from '../../records/verdict.ts'
import { isDeterministic, type LookPlan, normInv, type PairedLook, tOfZ } from '../../stats/index.ts'
import { changedCases } from './changed-cases.ts'
import type { CasePair } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'
import { type Interval, intervalAt, intervalsAt, type ThreeWayTest } from './three-way-test.ts'

/** The candidate against the baseline in the round in which the test ended. What the data cannot tell is undefined. */
export interface Comparison {
  verdict: Verdict
  pairs: number
  meanDifference: number
  se: number | undefined
  ciLow: number | undefined
  ciHigh: number | undefined
  margin: number
  detectableDrop: number | undefined
  /** Repeats per case in that round. */
  repeats: number
  /** Ids, the largest change first. */
  regressed: string[]
  improved: string[]
  /** The interval for exactly these cases, and for all cases of which they are a sample. */
  intervals: { goldenSet: Interval | undefined; population: Interval | undefined }
}

/** The candidate's mean against the threshold in the round in which the test ended. */
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
    detectableDrop: minimumDetectableDrop(test, plan, policy.margin),
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

const power = 0.8

/**
 * The minimum detectable drop: the smallest true drop at which a run with this standard error fails with probability
 * .80 in its last round. It is margin + (c_fail + z_.80) SE, with c_fail on the t scale of the run's degrees of
 * freedom. It is exact for the normal approximation. It counts no earlier round, so the run finds slightly smaller
 * drops as well. Without noise every drop beyond the margin is found. It is undefined when the run has no standard
 * error.
 */
function minimumDetectableDrop(test: ThreeWayTest, plan: LookPlan, margin: number): number | undefined {
  const { statistics, look } = test
  const bound = plan.boundsFail[look]
  if (statistics?.seUsed === undefined || statistics.dfUsed === undefined || bound === undefined) return undefined
  if (isDeterministic(statistics)) return margin
  return margin + (tOfZ(bound, statistics.dfUsed) + normInv(power)) * statistics.seUsed
}
