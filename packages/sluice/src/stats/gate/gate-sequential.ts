import { lookPlan, outcomeAt } from './look-plan.ts'
import { momentsOf } from './moments.ts'
import { type Estimand, type Pair, pairedLook } from './paired-look.ts'

/** All repeats of one case in both arms, in order. */
export interface RepeatedCase {
  weight: number
  cluster?: string | undefined
  candidate: readonly number[]
  baseline: readonly number[]
}

export interface SequentialResult {
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** Repeats used when the test ended. */
  stoppedAtR: number
  trace: { r: number; delta: number | undefined; zSig: number | undefined }[]
  boundsPass: readonly number[]
  boundsFail: readonly number[]
}

/**
 * The group-sequential non-inferiority test on data that are already complete: looks at the first 1, 2, 3, ... repeats
 * and ends at the first look that decides (Jennison & Turnbull 2000; Lan & DeMets 1983).
 */
export function gateSequential(
  cases: readonly RepeatedCase[],
  test: { margin: number; looks: readonly number[]; alphaPass: number; alphaFail: number; estimand?: Estimand },
): SequentialResult {
  const plan = lookPlan(test.looks, test)
  const { boundsPass, boundsFail } = plan
  const trace: SequentialResult['trace'] = []
  for (const [look, r] of test.looks.entries()) {
    const pairs = cases.flatMap((repeated) => pairAfter(repeated, r))
    const statistics = pairedLook(pairs, { margin: test.margin, estimand: test.estimand ?? 'golden-set' })
    trace.push({ r, delta: statistics?.delta, zSig: statistics?.zSig })
    const verdict = outcomeAt(plan, look, statistics, test.margin)
    if (verdict !== 'undecided') return { verdict, stoppedAtR: r, trace, boundsPass, boundsFail }
  }
  return { verdict: 'inconclusive', stoppedAtR: test.looks.at(-1) ?? 0, trace, boundsPass, boundsFail }
}

function pairAfter({ weight, cluster, candidate, baseline }: RepeatedCase, repeats: number): Pair[] {
  const [ours, theirs] = [momentsOf(candidate.slice(0, repeats)), momentsOf(baseline.slice(0, repeats))]
  return ours && theirs ? [{ weight, cluster, candidate: ours, baseline: theirs }] : []
}
