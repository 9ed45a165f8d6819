import type { VersionRole } from '../../records/report/case-detail.ts'
import {
  cleanRepeatsToPass,
  criticalSprt,
  type FailureCount,
  failureTails,
  type SprtDesign,
} from '../../stats/index.ts'
import type { GateCase } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'

/** The result of a critical case: by Wald's test, and against its baseline where that fails too. */
export interface CriticalResult extends FailureCount {
  id: string
  position: number
  /** Null without a baseline. */
  baseline: FailureCount | null
  /** `not-new`: it fails, and as often as in the baseline. */
  decision: 'pass' | 'fail' | 'undecided' | 'not-new'
  /** The versions whose further repeats may decide it. */
  open: Record<VersionRole, boolean>
}

const acceptableFailureRate = 0.05
const unacceptableFailureRate = 0.4
const missRate = 0.1

/** The odds ratio between failing at a rate of .4 and at .05, which is expected of a critical case that breaks. */
const brokenOdds =
  unacceptableFailureRate / (1 - unacceptableFailureRate) / (acceptableFailureRate / (1 - acceptableFailureRate))

/**
 * Each critical case by its own sequential test on pass/fail repeats of the candidate (Wald 1945): fails when it fails
 * at a rate of .4 rather than .05. A case that does not pass while its baseline fails too is compared with it instead:
 * once both have all the repeats they may have, by Fisher's exact test. The error is shared by all critical cases
 * (Bonferroni).
 *
 * @param final no further repeats can be had
 */
export function judgeCritical(cases: readonly GateCase[], policy: GatePolicy, final: boolean): CriticalResult[] {
  const critical = cases.flatMap((gateCase, position) => (gateCase.critical ? [{ gateCase, position }] : []))
  const design = sprtDesign((1 - policy.confidence) / critical.length)
  const failsBelow = (scores: readonly number[]) => scores.map((score) => score < policy.caseThreshold)
  return critical.map(({ gateCase, position }) => {
    const candidate = failsBelow(gateCase.candidate)
    const baseline = gateCase.baseline && failsBelow(gateCase.baseline)
    return {
      id: gateCase.id,
      position,
      ...countOf(candidate),
      baseline: baseline ? countOf(baseline) : null,
      ...judge(candidate, baseline ?? [], { design, enough: policy.criticalRepeats, final }),
    }
  })
}

/** Repeats without a failure after which a critical case passes: 6. */
export const cleanRepeats: number = cleanRepeatsToPass(sprtDesign(1))

function judge(
  candidate: readonly boolean[],
  baseline: readonly boolean[],
  { design, enough, final }: { design: SprtDesign; enough: number; final: boolean },
): Pick<CriticalResult, 'decision' | 'open'> {
  const own = criticalSprt(candidate, design).decision
  const alone = { decision: own, open: { candidate: own === 'undecided', baseline: false } }
  if (own === 'pass' || baseline.length === 0) return alone
  const incomplete = (repeats: readonly boolean[]) => !final && repeats.length < enough
  if (baseline.includes(true)) {
    if (!incomplete(candidate) && !incomplete(baseline))
      return { decision: compare(candidate, baseline, design), open: none }
    return { decision: 'undecided', open: { candidate: incomplete(candidate), baseline: incomplete(baseline) } }
  }
  // A failure is new only if the baseline would have shown it.
  const isNew = isWorse(countOf(candidate), countOf(baseline), design)
  if (own !== 'fail' || isNew || !incomplete(baseline)) return alone
  return { decision: 'undecided', open: { candidate: false, baseline: true } }
}

const none = { candidate: false, baseline: false }

/**
 * Compares the failures of both versions: clearly more often than the baseline is `fail`. It is `not-new` where the
 * baseline fails by itself, or where a break is excluded at Wald's own miss rate.
 */
function compare(
  candidate: readonly boolean[],
  baseline: readonly boolean[],
  design: SprtDesign,
): CriticalResult['decision'] {
  const [ours, theirs] = [countOf(candidate), countOf(baseline)]
  if (isWorse(ours, theirs, design)) return 'fail'
  const wasBroken = criticalSprt(baseline, design).decision === 'fail'
  const isBroken = failureTails(ours, theirs, brokenOdds).atMost > design.beta
  return wasBroken || !isBroken ? 'not-new' : 'undecided'
}

function isWorse(ours: FailureCount, theirs: FailureCount, { alpha }: SprtDesign): boolean {
  return failureTails(ours, theirs, 1).atLeast <= alpha
}

function countOf(flags: readonly boolean[]): FailureCount {
  return { failures: flags.filter(Boolean).length, repeats: flags.length }
}

function sprtDesign(alpha: number): SprtDesign {
  return { p0: acceptableFailureRate, p1: unacceptableFailureRate, alpha, beta: missRate }
}
