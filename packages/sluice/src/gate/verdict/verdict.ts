import type { Verdict } from '../../records/verdict.ts'
import { formatPercent } from '../../text/format.ts'
import { answeredShare, type Coverage, coveredShare } from '../run/coverage.ts'
import type { GateDecision } from './conclude.ts'
import type { VerdictReason } from './reasons.ts'

/** What a feature's run comes to, with the exit code that it asks for. */
export interface FinalVerdict {
  verdict: Verdict
  strength: 'strong' | 'weak'
  reasons: VerdictReason[]
  /** 0 pass, 1 fail, 2 inconclusive, 4 nothing could be judged or the budget ended first. */
  exitCode: 0 | 1 | 2 | 4
}

/** What the gate made of one feature. */
export interface GateOutcome {
  decision: GateDecision
  final: FinalVerdict
  /** The baseline's mean over its scored cases; null without one. */
  baselineMean: number | null
  /** The id of the case with the largest part in the verdict; null where there is none. */
  decidingCase: string | null
}

export interface CoverageOfArms {
  candidate: Coverage
  /** Absent without a baseline. */
  baseline?: Coverage | undefined
  /** In [0,1]; below it nothing is decided. */
  least: number
}

/**
 * The decision, unless too few cases have a score: then nothing is decided, whatever the scores say and whatever the
 * policy on inconclusive runs is. A run that judged nothing is never green. Violations of safety that are shown fail
 * all the same: their bound counts every missing answer as none.
 */
export function finalVerdict(decision: GateDecision, coverage: CoverageOfArms): FinalVerdict {
  const gaps = [
    ...coverageGap('the candidate', coverage.candidate, coverage.least),
    ...(coverage.baseline ? coverageGap('the baseline', coverage.baseline, coverage.least) : []),
  ]
  // An answer that is missing takes no violation back.
  const violated = decision.reasons.filter(({ code }) => code === 'safety')
  if (gaps.length > 0 && violated.length > 0)
    return { verdict: 'fail', strength: 'strong', reasons: [...violated, ...gaps], exitCode: 1 }
  if (gaps.length > 0) {
    const couldRun = coveredShare(coverage.candidate) && coverage.candidate.budgetStopped === 0
    // The other reasons are still worth reading. The tie-break is left out, since the scores settled nothing.
    const reasons = [...gaps, ...decision.reasons.filter(({ code }) => code !== 'tie-break')]
    return { verdict: 'inconclusive', strength: 'weak', reasons, exitCode: couldRun ? 2 : 4 }
  }
  const { verdict, strength, reasons, blocking } = decision
  return { verdict, strength, reasons, exitCode: verdict === 'fail' ? 1 : blocking ? 2 : 0 }
}

/** The verdict on several features: any fail fails, then any inconclusive one is inconclusive. */
export function combineVerdicts(verdicts: readonly FinalVerdict[]): Pick<FinalVerdict, 'verdict' | 'exitCode'> {
  const has = (verdict: Verdict) => verdicts.some((one) => one.verdict === verdict)
  const verdict = has('fail') ? 'fail' : has('inconclusive') ? 'inconclusive' : 'pass'
  const exitCodes = verdicts.map(({ exitCode }) => exitCode)
  const exitCode = ([1, 4, 2] as const).find((code) => exitCodes.includes(code)) ?? 0
  return { verdict, exitCode }
}

function coverageGap(version: string, coverage: Coverage, least: number): VerdictReason[] {
  const code = coverage.budgetStopped > 0 ? 'budget' : 'coverage'
  const gap = (message: string) => [
    { code, message: `${message}; at least ${formatPercent(least)} are needed.`, tag: null, case: null },
  ]
  const share = coveredShare(coverage)
  // No share at all is a gap whatever the least share is.
  if (!share || share < least) {
    const scored = coverage.scored + coverage.checkFailed
    return gap(`Only ${scored} of ${coverage.cases} cases of ${version} have a score${causesOf(coverage)}`)
  }
  // Repeats must not hide errors: a case that has a score in one of eight repeats says little.
  if ((answeredShare(coverage) ?? 0) >= least) return []
  return gap(`Only ${coverage.answersScored} of ${coverage.answers} answers of ${version} have a score`)
}

function causesOf(coverage: Coverage): string {
  const causes = (Object.keys(causeWords) as (keyof typeof causeWords)[])
    .filter((state) => coverage[state] > 0)
    .map((state) => `${coverage[state]} ${causeWords[state]}`)
  return causes.length > 0 ? ` (${causes.join(', ')})` : ''
}

const causeWords = {
  truncated: 'cut off',
  refused: 'refused',
  noText: 'without text',
  modelError: 'without an answer',
  judgeError: 'that the judge could not score',
  checkError: 'with a check that broke',
  abstained: 'on which the judge abstained',
  budgetStopped: 'stopped by the budget',
  mockMissing: 'with a call of a tool that no mock answers',
  simulatorError: 'whose simulated user failed',
}
