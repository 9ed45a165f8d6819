import { isDeterministic, type LookPlan, normInv, tOfZ } from '../../stats/index.ts'
import type { ThreeWayTest } from './three-way-test.ts'

/** The probability with which whatever is planned or said to be detectable is found. */
export const power = 0.8

/**
 * The minimum detectable drop: the smallest true drop at which a run with this standard error fails with probability
 * .80 in its last round. It counts no earlier round, so the run finds slightly smaller drops as well. Without noise
 * every drop beyond the margin is found. It is null when the run has no standard error.
 */
export function minimumDetectableDrop(test: ThreeWayTest, plan: LookPlan, margin: number): number | null {
  const { statistics, look } = test
  const bound = plan.boundsFail[look]
  if (statistics?.seUsed === undefined || statistics.dfUsed === undefined || bound === undefined) return null
  if (isDeterministic(statistics)) return margin
  return dropFoundAt({ margin, bound, se: statistics.seUsed, df: statistics.dfUsed })
}

/**
 * margin + (c + z_.80) SE, with the bound c of a fail on the t scale of the degrees of freedom. It is exact for the
 * normal approximation.
 *
 * @param bound on the normal scale
 */
export function dropFoundAt(test: { margin: number; bound: number; se: number; df: number }): number {
  return test.margin + (tOfZ(test.bound, test.df) + normInv(power)) * test.se
}
