import { isDeterministic, type LookPlan, normInv, tOfZ } from '../stats/index.ts'
import type { ThreeWayTest } from './three-way-test.ts'

const power = 0.8

/**
 * The smallest true drop at which a run with the standard error of this one fails with probability .80 at its last
 * look: margin + (c_fail + z_.80) SE, with c_fail on the t scale of the run's degrees of freedom. It is exact for the
 * normal approximation and counts no earlier look, so the run's true eyesight is slightly better. Without noise every
 * drop beyond the margin is seen. Undefined when the run has no standard error.
 */
export function detectableDrop(test: ThreeWayTest, plan: LookPlan, margin: number): number | undefined {
  const { statistics, look } = test
  const bound = plan.boundsFail[look]
  if (statistics?.seUsed === undefined || statistics.dfUsed === undefined || bound === undefined) return undefined
  if (isDeterministic(statistics)) return margin
  return margin + (tOfZ(bound, statistics.dfUsed) + normInv(power)) * statistics.seUsed
}
