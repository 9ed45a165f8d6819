import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { SafetyBound } from '../../records/report/safety-bound.ts'
import { formatChange, formatPercent, formatScore } from '../../text/format.ts'
import { type CriticalResult, cleanRepeats } from './critical.ts'
import type { GatePolicy } from './policy.ts'
import type { ProofNeeded } from './rare-losses.ts'
import { safetyReason } from './safety.ts'
import type { TagResult } from './tag-results.ts'
import type { Comparison, ThresholdResult } from './test-results.ts'

/** Why a verdict is what it is. The first seven fail; the others keep a run from passing, or from passing strongly. */
type ReasonCode =
  | 'regression'
  | 'below-threshold'
  | 'tag-regression'
  | 'metric-regression'
  | 'metric-below-min'
  | 'metric-above-max'
  | 'critical-case'
  | 'safety'
  | 'difference-undecided'
  | 'threshold-undecided'
  | 'tag-undecided'
  | 'metric-undecided'
  | 'metric-undefined'
  | 'critical-undecided'
  | 'safety-undecided'
  | 'no-scores'
  | 'nothing-to-test'
  | 'tie-break'
  | 'few-answers'
  | 'missing-answers'

export type VerdictReason = FeatureSummary['reasons'][number]

/** A reason that the scores themselves give. */
export interface Reason extends VerdictReason {
  code: ReasonCode
}

export function differenceReason({ verdict, ...comparison }: Comparison, policy: GatePolicy): Reason[] {
  if (verdict === 'pass') return []
  const found = `The mean score changed by ${formatChange(comparison.meanDifference)} over ${cases(comparison.pairs)}${range(comparison, policy, -1)}`
  if (verdict === 'fail') return [reason('regression', `${found}: a drop beyond the margin of ${policy.margin}.`)]
  const open = `too little data to tell whether a drop is within the margin of ${policy.margin} or beyond it`
  return [reason('difference-undecided', `${found}: ${open}.`)]
}

export function thresholdReason(result: ThresholdResult, policy: GatePolicy): Reason[] {
  const { verdict, mean, threshold } = result
  if (verdict === 'pass') return []
  const found = `The mean score is ${formatScore(mean)}${range(result, policy, 0)}`
  const tolerance = `the threshold of ${threshold} with its tolerance of ${policy.thresholdMargin}`
  if (verdict === 'fail') return [reason('below-threshold', `${found}: below ${tolerance}.`)]
  return [reason('threshold-undecided', `${found}: not shown to be above or below ${tolerance}.`)]
}

export function tagReasons(tags: readonly TagResult[], policy: GatePolicy): Reason[] {
  return tags.flatMap((result) => {
    const { tag, verdict, meanDifference } = result
    if (meanDifference === null || verdict === null || verdict === 'pass') return []
    const found = `Tag ${tag} changed by ${formatChange(meanDifference)} over ${cases(result.cases)}${range(result, policy, -1)}`
    return verdict === 'fail'
      ? [reason('tag-regression', `${found}: a drop beyond the tag margin of ${policy.tagMargin}.`, { tag })]
      : [
          reason('tag-undecided', `${found}: a drop beyond the tag margin of ${policy.tagMargin} is not ruled out.`, {
            tag,
          }),
        ]
  })
}

export function criticalReasons(critical: readonly CriticalResult[], policy: GatePolicy): Reason[] {
  return critical.flatMap((result) => {
    const { id, decision } = result
    if (decision === 'pass' || decision === 'not-new') return []
    const found = `Critical case ${id} scored below ${policy.caseThreshold} in ${timesOf(result)}`
    if (decision === 'fail') return [reason('critical-case', `${found}.`, { case: id })]
    const wayOut =
      policy.criticalRepeats < cleanRepeats
        ? `to pass it needs ${cleanRepeats} repeats without a failure, and there are only ${policy.criticalRepeats} (gate.repeats, gate.criticalRepeats)`
        : `too few to show that it is safe; it takes ${cleanRepeats} repeats without a failure, and more after one`
    return [reason('critical-undecided', `${found}: ${wayOut}.`, { case: id })]
  })
}

export function safetyReasons(bounds: readonly SafetyBound[]): Reason[] {
  return bounds.flatMap((bound) => {
    const found = safetyReason(bound)
    return found ? [reason(found.code, found.message, { tag: bound.tag })] : []
  })
}

/** What a reader must know of critical cases that fail and do not count. */
export function criticalNotes(critical: readonly CriticalResult[]): string[] {
  return critical.flatMap(({ id, decision, baseline, ...count }) => {
    if (decision !== 'not-new' || !baseline) return []
    return [
      `Critical case ${id} fails in the baseline too (${baseline.failures} of ${amount(baseline.repeats, 'repeat')}; the candidate ${count.failures} of ${count.repeats}): not counted against this change.`,
    ]
  })
}

function timesOf({ failures, repeats, baseline }: CriticalResult): string {
  const before =
    baseline && baseline.failures > 0 ? ` (the baseline in ${baseline.failures} of ${baseline.repeats})` : ''
  return `${failures} of ${amount(repeats, 'repeat')}${before}`
}

/** The reason of a pass by tie-break, which says how weak such a pass is. */
export function tieBreakReason(open: readonly Reason[], { margin, confidence, looks }: GatePolicy): Reason {
  const what = open.some(({ code }) => code === 'difference-undecided')
    ? `that a drop is smaller than ${margin}`
    : open.every(({ code }) => code === 'metric-undecided')
      ? 'that the limits of gate.metrics hold'
      : 'that the threshold is reached'
  const repeats = looks.at(-1) === 1 ? 'one repeat does' : `${looks.at(-1)} repeats do`
  const rate = `A version that is worse by the whole margin may pass this way in more than ${formatPercent(1 - confidence)} of the runs`
  const message = `Passed by tie-break, not by proof: the estimate is within two thirds of the margin, but ${repeats} not show ${what}. ${rate}.`
  return reason('tie-break', message)
}

/** The reason of a test with little noise but too few answers: all can be good although a fault shows now and then. */
export function fewAnswersReason(
  { answers, equal, needed }: { answers: number; equal: number; needed: ProofNeeded },
  which: 'difference' | 'threshold',
  policy: GatePolicy,
): Reason {
  const unit = policy.estimand === 'population' ? 'case' : 'answer'
  const whole = Math.floor(equal + 1e-9)
  const weighed = whole < answers ? `, which count as ${whole} independent ones of equal weight,` : ''
  const whose = which === 'difference' && unit === 'answer' ? ' of the candidate' : ''
  const found = `${amount(answers, unit)}${whose}${weighed} ${answers === 1 ? 'is' : 'are'} too few to rule out a rare fault`
  const enough = `${amount(needed.cases, 'case')}${unit === 'case' ? '' : ` with ${amount(policy.looks.at(-1) ?? 1, 'repeat')} each`}`
  const proof = Number.isFinite(needed.answers)
    ? `with this result, ${enough} would rule out ${lossOf(which, policy)} with ${formatPercent(policy.confidence)} confidence`
    : `with this result, no number of them would rule out ${lossOf(which, policy)}`
  return reason('few-answers', `${found}: ${proof}.`)
}

/** The reason of a pass that would not stand, had the missing answers been full losses. */
export function missingAnswersReason(
  { missing, asked }: { missing: number; asked: number },
  which: 'difference' | 'threshold',
  policy: GatePolicy,
): Reason {
  const [have, they] = missing === 1 ? ['has', 'it was'] : ['have', 'they were']
  const found = `${missing} of ${amount(asked, 'answer')} of the candidate ${have} no score`
  return reason('missing-answers', `${found}: if ${they} 0, ${lossOf(which, policy)} would not be ruled out.`)
}

function lossOf(which: 'difference' | 'threshold', { margin, threshold }: GatePolicy): string {
  return which === 'difference' ? `a drop of ${margin}` : `a mean below the threshold of ${threshold}`
}

export function noScoresReason(what: string, about: { tag?: string } = {}): Reason {
  return reason('no-scores', `${what}: there is nothing to judge.`, about)
}

export function nothingToTestReason(): Reason {
  return reason('nothing-to-test', 'There is neither a baseline nor a threshold: give one of them.')
}

function reason(code: ReasonCode, message: string, about: Partial<Pick<Reason, 'tag' | 'case'>> = {}): Reason {
  return { code, message, tag: null, case: null, ...about }
}

function cases(count: number): string {
  return amount(count, 'case')
}

function amount(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`
}

/** The interval of a result. Its ends are cut at `least` and 1, since no score lies beyond them. */
function range(
  { ciLow, ciHigh }: Pick<ThresholdResult, 'ciLow' | 'ciHigh'>,
  { confidence }: GatePolicy,
  least: number,
): string {
  if (ciLow === null || ciHigh === null) return ''
  return ` (${formatPercent(confidence)} interval ${formatScore(Math.max(least, ciLow))} to ${formatScore(Math.min(1, ciHigh))})`
}
