import {
  type Estimand,
  isDeterministic,
  type LookPlan,
  outcomeAt,
  type Pair,
  type PairedLook,
  pairedLook,
  tOfZ,
} from '../stats/index.ts'

/** One look of one test, as it is kept for the report. */
export interface TestLook {
  repeats: number
  difference: number | undefined
  se: number | undefined
  zSig: number | undefined
  /** Pass at zSig >= passAt, fail at zSig <= -failAt. */
  passAt: number
  failAt: number
}

/** A three-way test, carried from look to look. Once it is decided it stays as it was at that look. */
export interface ThreeWayTest {
  outcome: 'pass' | 'fail' | 'undecided'
  /** The last look (0-based) at which it was evaluated. */
  look: number
  statistics: PairedLook | undefined
  trace: TestLook[]
}

/** Looks once more, unless the test was decided before. */
export function lookAgain(
  before: ThreeWayTest | undefined,
  pairs: readonly Pair[],
  test: { look: number; plan: LookPlan; margin: number; estimand: Estimand },
): ThreeWayTest {
  if (before && before.outcome !== 'undecided') return before
  const { look, plan, margin } = test
  const statistics = pairedLook(pairs, test)
  const entry: TestLook = {
    repeats: plan.repeats[look] ?? 0,
    difference: statistics?.delta,
    se: statistics?.seUsed,
    zSig: statistics?.zSig,
    passAt: plan.boundsPass[look] ?? Number.POSITIVE_INFINITY,
    failAt: plan.boundsFail[look] ?? Number.POSITIVE_INFINITY,
  }
  const outcome = outcomeAt(plan, look, statistics, margin)
  return { outcome, look, statistics, trace: [...(before?.trace ?? []), entry] }
}

export interface Interval {
  se: number
  ciLow: number
  ciHigh: number
}

/**
 * The repeated confidence interval at a look (Jennison & Turnbull 2000, chapter 9): it holds at all looks together,
 * and lies below -margin exactly when the test fails. It has no width where scores do not vary between repeats.
 */
export function intervalAt(plan: LookPlan, look: number, statistics: PairedLook | undefined): Interval | undefined {
  if (statistics?.seUsed === undefined || statistics.dfUsed === undefined) return undefined
  if (isDeterministic(statistics)) return { se: 0, ciLow: statistics.delta, ciHigh: statistics.delta }
  return intervalOf(plan, look, statistics.delta, { se: statistics.seUsed, df: statistics.dfUsed })
}

/** The same for both estimands, whichever of them decides. */
export function intervalsAt(
  plan: LookPlan,
  look: number,
  { delta, seWithin, dfWithin = 1, seCluster, dfCluster }: PairedLook,
): { goldenSet: Interval | undefined; population: Interval | undefined } {
  return {
    goldenSet: seWithin === undefined ? undefined : intervalOf(plan, look, delta, { se: seWithin, df: dfWithin }),
    population: seCluster === undefined ? undefined : intervalOf(plan, look, delta, { se: seCluster, df: dfCluster }),
  }
}

function intervalOf(plan: LookPlan, look: number, mean: number, { se, df }: { se: number; df: number }): Interval {
  const half = se === 0 ? 0 : tOfZ(plan.boundsFail[look] ?? Number.POSITIVE_INFINITY, df) * se
  return { se, ciLow: mean - half, ciHigh: mean + half }
}
