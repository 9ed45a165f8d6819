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
} from '../../stats/index.ts'

/**
 * Whether the answers are enough to rule out rare losses of the margin's size. A t test cannot: it assumes that the
 * noise seen is all there is. A fault that shows in one answer of fifty often leaves twenty answers untouched.
 */
export interface RareLosses {
  /** On the normal scale, as the statistic of the test. */
  zSig: number
  /** Equally weighted, independent answers of the candidate; cases where the estimand is a population. */
  answers: number
  /** Whether a later round of the plan can bring enough answers. */
  withinReach: boolean
}

/** What one round of a test is computed with. */
export interface RoundOfTest {
  plan: LookPlan
  /** 0-based. */
  look: number
  margin: number
  estimand: Estimand
}

export function rareLosses(
  pairs: readonly Pair[],
  statistics: PairedLook,
  { plan, look, margin, estimand }: RoundOfTest,
): RareLosses {
  const drop = observedDrop(statistics, margin)
  const answers = effectiveAnswers(pairs, { estimand, clustered: !statistics.usesWithin })
  // Once every case has two repeats, clusters no longer make the answers of the golden set fewer.
  const later = effectiveAnswers(pairs, { estimand, clustered: estimand === 'population' })
  const isEnough = (bound: number, k: number) =>
    zOfRareLosses(drop, later * growthUntil(k, { plan, look, estimand })) >= bound
  return {
    zSig: zOfRareLosses(drop, answers),
    answers,
    withinReach: plan.boundsPass.some((bound, k) => k > look && isEnough(bound, k)),
  }
}

/** The factor by which the number of answers has grown at a later round. */
function growthUntil(later: number, { plan, look, estimand }: Omit<RoundOfTest, 'margin'>): number {
  return estimand === 'population' ? 1 : (plan.repeats[later] ?? 1) / (plan.repeats[look] ?? 1)
}

/** What a proof against rare losses would take at the last round with this difference. */
export interface ProofNeeded {
  /** Infinity when no number would do. */
  answers: number
  /** What that is in cases like these, each with the last round's repeats. */
  cases: number
}

export function proofNeeded(statistics: PairedLook, have: RareLosses, test: RoundOfTest): ProofNeeded {
  const last = test.plan.repeats.length - 1
  const answers = answersAgainstRareLosses(observedDrop(statistics, test.margin), test.plan.boundsPass[last] ?? 0)
  const perCase = (have.answers * growthUntil(last, test)) / statistics.pairs
  return { answers, cases: Math.ceil(answers / perCase - 1e-9) }
}

function observedDrop(statistics: PairedLook, margin: number): ObservedDrop {
  return { delta: statistics.delta, margin, constant: isDeterministic(statistics) }
}
