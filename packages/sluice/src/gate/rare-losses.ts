import {
  answersAgainstRareLosses,
  type Estimand,
  effectiveAnswers,
  isDeterministic,
  type LookPlan,
  type ObservedDrop,
  type Pair,
  type PairedLook,
  zOfRareLosses,
} from '../stats/index.ts'

/**
 * Whether the answers are enough to rule out rare losses of the margin's size. A t test does not: it takes the noise that
 * it has seen for all there is, and a fault that shows in one answer of fifty leaves twenty answers spotless.
 */
export interface RareLosses {
  /** On the normal scale, as the statistic of the test. */
  zSig: number
  /** A later look of the plan can bring enough answers. */
  withinReach: boolean
}

interface LookOfTest {
  plan: LookPlan
  /** 0-based. */
  look: number
  margin: number
  estimand: Estimand
}

export function rareLosses(
  pairs: readonly Pair[],
  statistics: PairedLook,
  { plan, look, margin, estimand }: LookOfTest,
): RareLosses {
  const drop = observedDrop(statistics, margin)
  const answers = effectiveAnswers(pairs, { estimand, clustered: estimand === 'population' })
  const isEnough = (bound: number, later: number) => {
    const growth = estimand === 'population' ? 1 : (plan.repeats[later] ?? 1) / (plan.repeats[look] ?? 1)
    return zOfRareLosses(drop, answers * growth) >= bound
  }
  return {
    zSig: zOfRareLosses(drop, effectiveAnswers(pairs, { estimand, clustered: !statistics.usesWithin })),
    withinReach: plan.boundsPass.some((bound, later) => later > look && isEnough(bound, later)),
  }
}

/** What a proof against rare losses has, and what it would take at the last look with this difference. */
export interface AnswersToProve {
  /** Independent answers of the candidate, or cases where the estimand is a population. */
  have: number
  /** Infinity when no number would do. */
  answers: number
  /** The same in cases like these, each with the last look's repeats. */
  cases: number
}

export function answersToProve(
  pairs: readonly Pair[],
  statistics: PairedLook,
  { plan, look, margin, estimand }: LookOfTest,
): AnswersToProve {
  const bound = plan.boundsPass.at(-1) ?? Number.POSITIVE_INFINITY
  const answers = answersAgainstRareLosses(observedDrop(statistics, margin), bound)
  const have = effectiveAnswers(pairs, { estimand, clustered: !statistics.usesWithin })
  const growth = estimand === 'population' ? 1 : (plan.repeats.at(-1) ?? 1) / (plan.repeats[look] ?? 1)
  return { have: Math.floor(have + 1e-9), answers, cases: Math.ceil((pairs.length * answers) / (have * growth) - 1e-9) }
}

function observedDrop(statistics: PairedLook, margin: number): ObservedDrop {
  return { delta: statistics.delta, margin, constant: isDeterministic(statistics) }
}
