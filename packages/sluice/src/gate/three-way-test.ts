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
import { isSteadyButUnproven } from './steady.ts'

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
  /** Nothing varied, in too few answers for that to prove a pass. */
  steadyButUnproven: boolean
  trace: TestLook[]
}

/** What one look is made with. */
export interface LookTest {
  /** 0-based. */
  look: number
  plan: LookPlan
  margin: number
  estimand: Estimand
  /** Largest acceptable chance to pass a drop of the margin. */
  alphaPass: number
}

/** Looks once more, unless the test was decided before. */
export function lookAgain(before: ThreeWayTest | undefined, pairs: readonly Pair[], test: LookTest): ThreeWayTest {
  if (before && before.outcome !== 'undecided') return before
  const { look, plan, margin } = test
  const repeats = plan.repeats[look] ?? 0
  const statistics = pairedLook(pairs, test)
  const entry: TestLook = {
    repeats,
    difference: statistics?.delta,
    se: statistics?.seUsed,
    zSig: statistics?.zSig,
    passAt: plan.boundsPass[look] ?? Number.POSITIVE_INFINITY,
    failAt: plan.boundsFail[look] ?? Number.POSITIVE_INFINITY,
  }
  const outcome = outcomeAt(plan, look, statistics, margin)
  const steady = isSteadyButUnproven(statistics, { ...test, repeats })
  // Repeats that never varied are as good a sign as there is; a single look at unvarying cases is not.
  const tooFew = outcome === 'pass' && steady && statistics?.seWithin === undefined
  return {
    outcome: tooFew ? 'undecided' : outcome,
    look,
    statistics,
    steadyButUnproven: steady,
    trace: [...(before?.trace ?? []), entry],
  }
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
