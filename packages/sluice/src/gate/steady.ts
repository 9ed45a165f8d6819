import type { Estimand, PairedLook } from '../stats/index.ts'

export interface SteadyTest {
  margin: number
  /** Repeats per case so far. */
  repeats: number
  estimand: Estimand
  /** Largest acceptable chance to pass a drop of the margin. */
  alphaPass: number
}

/**
 * Where no difference between cases varies there is no standard error to go by: a fault that shows in one answer of
 * fifty leaves twenty answers spotless. Scores lie in [0,1], so if the true mean were at the margin every answer would
 * stay at the observed difference with probability at most exp(-answers (difference + margin)); a pass is proven once
 * that is at most alpha / 2 (the rule of three, for any scores), the other half being left to runs that do vary.
 *
 * @returns the answers that a proof takes; Infinity when the difference has used up the margin
 */
export function answersToProve({ delta }: PairedLook, margin: number, alphaPass: number): number {
  return delta + margin > 0 ? Math.ceil(-Math.log(alphaPass / 2) / (delta + margin)) : Number.POSITIVE_INFINITY
}

/** Whether every case changed by the same amount, in too few answers to prove that the drop is within the margin. */
export function isSteadyButUnproven(statistics: PairedLook | undefined, test: SteadyTest): boolean {
  if (statistics?.seCluster !== 0) return false
  const answers = test.estimand === 'population' ? statistics.nEff : statistics.nEff * test.repeats
  return answers < answersToProve(statistics, test.margin, test.alphaPass)
}
