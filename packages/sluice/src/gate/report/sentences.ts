import { calibrationSummary } from '../../records/report/calibration-summary.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import type { Verdict } from '../../records/verdict.ts'
import {
  formatAmount,
  formatChange,
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../text/format.ts'
import { causeSentence } from './causes.ts'

/** What the report says in words. Plain text that still holds names from files: escape it before it is shown. */

interface Judged {
  verdict: Verdict | null
  strength?: 'strong' | 'weak' | null
  score?: { mean: number | null }
}

/**
 * `PASS`, `WEAK PASS`, `FAIL`, `INCONCLUSIVE`; where nothing was to be decided `SCORED`, or `NOT SCORED` without any
 * score.
 */
export function verdictWord({ verdict, strength, score }: Judged): string {
  if (verdict === null) return score?.mean === null ? 'NOT SCORED' : 'SCORED'
  return verdict === 'pass' && strength === 'weak' ? 'WEAK PASS' : verdict.toUpperCase()
}

/** The one sentence that a reader needs beside the verdict. */
export function headline(feature: FeatureSummary): string {
  const { reasons, verdict, strength, score, comparison, threshold, causes } = feature
  const first = reasons[0]
  if (first) return first.message
  const mean = `The mean is ${formatScore(score.mean)}`
  if (score.mean === null) return ['No case has a score.', ...sayable(causes)].join(' ')
  if (verdict !== 'pass' || !comparison) {
    if (threshold?.atLeast !== undefined) return `${mean}, ${meanRange(feature)}.`
    return score.ciLow === null ? `${mean}.` : `${mean} ${formatInterval(score)}.`
  }
  const margin = formatScore(comparison.margin)
  const meaning =
    strength === 'weak'
      ? `a drop of more than ${margin} is not ruled out`
      : comparison.verdict === 'pass'
        ? `${boundOf(comparison)} is ruled out`
        : `no drop of more than ${margin} is shown`
  const change = formatChange(comparison.meanDifference)
  return `${mean}, ${Number(change) === 0 ? 'no change' : change} against the baseline; ${meaning}.`
}

function sayable(causes: FeatureSummary['causes']): string[] {
  return causes?.length === 1 ? causes.map((cause) => `${causeSentence(cause)}.`) : []
}

/** What left cases without a score, but for what the headline says already. */
export function causeLines(feature: FeatureSummary): string[] {
  const head = headline(feature)
  return (feature.causes ?? []).map(causeSentence).filter((sentence) => !head.includes(sentence))
}

/** What a pass has ruled out: a drop beyond the margin, or a smaller one already. */
function boundOf({ atLeast, margin }: NonNullable<FeatureSummary['comparison']>): string {
  if (atLeast === undefined || atLeast < -margin + 0.0005) return `a drop of more than ${formatScore(margin)}`
  return atLeast < 0 ? `a drop of more than ${formatScore(-atLeast)} (margin ${formatScore(margin)})` : 'any drop'
}

/**
 * How sure the change is: by the test that decided, so that a pass has its one-sided bound and all else an interval.
 */
export function changeRange({ comparison, confidence }: FeatureSummary): string {
  if (!comparison) return ''
  const { atLeast } = comparison
  if (atLeast === undefined) return formatInterval(comparison, formatChange)
  return `at least ${formatChange(Math.max(-1, atLeast))}, one-sided ${formatPercent(confidence)}`
}

/** How sure the mean is: where it passed the threshold by the bound of that test, and else by its interval. */
export function meanRange({ score, threshold, confidence }: FeatureSummary): string {
  if (threshold?.atLeast === undefined) return `${formatPercent(confidence)} interval ${formatInterval(score)}`
  return `at least ${formatScore(Math.max(0, threshold.atLeast))}, one-sided ${formatPercent(confidence)}`
}

/** The smallest detectable drop of this run in a sentence; undefined without a comparison. */
export function detectableDropText(feature: FeatureSummary): string | undefined {
  const { comparison } = feature
  if (!comparison) return undefined
  if (comparison.detectableDrop === null) return 'The smallest detectable drop is unknown: there is too little data.'
  const seen = `The smallest detectable drop is ${formatScore(comparison.detectableDrop)}, found with 80 % probability`
  return `${seen}${mayHide(feature) ? ', but only if it shows in all answers alike' : ''}.${moreCasesText(feature)}`
}

/**
 * What twice the cases would see, and what that costs. Nothing where no noise is to be lowered, or where the steps to a
 * verdict say what to do.
 */
function moreCasesText(feature: FeatureSummary): string {
  const { baseline, comparison, cost, nextSteps = [] } = feature
  const { detectableDrop = null, margin = 0, pairs = 0, repeats = 0 } = comparison ?? {}
  if (detectableDrop === null || detectableDrop <= margin || nextSteps.length > 0 || mayHide(feature)) return ''
  const drop = margin + (detectableDrop - margin) / Math.SQRT2
  const usd = cost.usdPerAnswer == null ? null : cost.usdPerAnswer * pairs * repeats * (baseline ? 2 : 1)
  const price = usd === null ? 'at a cost that is not known' : `for about ${formatUsd(usd)} more a run`
  return ` Twice the cases would find ${formatScore(drop)}, ${price} (sluice plan gate).`
}

/** Whether a fault in only a few answers may be present and not found, because there are too few answers. */
export function mayHide({ comparison, reasons }: FeatureSummary): boolean {
  return comparison?.verdict === 'inconclusive' && reasons.some(({ code }) => code === 'few-answers')
}

/**
 * The verdict of a tag in words. A tag that did not fail was not proven to be as good as before: its interval may be
 * wide.
 */
export function tagWord({ verdict }: FeatureSummary['tags'][number]): string {
  if (verdict === null) return 'too few'
  return verdict === 'pass' ? 'no drop shown' : verdict
}

/** What to keep in mind, the report's own notes included. */
export function caveats({ verdict, strength, reasons, notes }: FeatureSummary): string[] {
  const isExplained = reasons.some(({ code }) => weaknesses.has(code))
  return verdict === 'pass' && strength === 'weak' && !isExplained ? [unexplainedWeakness, ...notes] : notes
}

/** Reasons that say themselves what a weak pass is worth. */
const weaknesses = new Set(['tie-break', 'few-answers', 'missing-answers'])
const unexplainedWeakness = 'This is a weak pass: a drop of just the margin passes more often than the confidence says.'

export function nameOfVersion({ id, label }: { id: string; label: string | null }): string {
  return label === null ? id : `${label} (${id})`
}

/** What this run paid, which is nothing for answers that were recorded or kept. Undefined if nothing is known of it. */
export function costLine({ cost, cache }: FeatureSummary): string | undefined {
  const { usd, generationUsd, judgeUsd, unpricedCalls, inputTokens, outputTokens } = cost
  if (usd === null && unpricedCalls === 0) return undefined
  if (usd === 0 && cache.misses === 0) return 'nothing was paid for in this run'
  const known = usd === null ? [] : [formatUsd(usd)]
  const parts = generationUsd && judgeUsd ? ` (answers ${formatUsd(generationUsd)}, judge ${formatUsd(judgeUsd)})` : ''
  const unpriced = unpricedCalls === 0 ? [] : [`${formatAmount(unpricedCalls, 'call')} of unknown price not counted`]
  const tokens =
    inputTokens === null || outputTokens === null
      ? []
      : [`${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`]
  return [...known.map((text) => text + parts), ...unpriced, ...tokens].join('; ')
}

/** Undefined if no latency is known. */
export function latencyLine({ latency: { meanMs, p50Ms, p95Ms } }: FeatureSummary): string | undefined {
  if (meanMs === null && p50Ms === null && p95Ms === null) return undefined
  return `p50 ${formatDuration(p50Ms)}, p95 ${formatDuration(p95Ms)}, mean ${formatDuration(meanMs)}`
}

const missingStates = [
  ['truncated', 'cut off', 'cut off'],
  ['refused', 'refused', 'refused'],
  ['noText', 'without text', 'without text'],
  ['modelError', 'model error', 'model errors'],
  ['judgeError', 'judge error', 'judge errors'],
  ['checkError', 'check error', 'check errors'],
  ['mockMissing', 'with a call that no mock answers', 'with a call that no mock answers'],
  ['simulatorError', 'whose simulated user failed', 'whose simulated users failed'],
  ['abstained', 'abstained by the judge', 'abstained by the judge'],
  ['budgetStopped', 'stopped by the budget', 'stopped by the budget'],
] as const

export function coverageLine({ coverage }: FeatureSummary): string {
  const { cases, scored, checkFailed, answers = 0, answersScored = 0 } = coverage
  if (cases === 0) return 'no cases'
  const have = scored + checkFailed
  const share = have === cases ? '' : ` (${formatPercent(have / cases)})`
  const missing = missingStates
    .filter(([state]) => coverage[state] > 0)
    .map(([state, one, many]) => formatAmount(coverage[state], one, many))
  const failed = checkFailed === 0 ? [] : [`${formatCount(checkFailed)} got 0, since a check that must pass failed`]
  const repeated = answers > cases && answersScored < answers
  const repeats = repeated ? [`${formatCount(answersScored)} of ${formatAmount(answers, 'answer')}`] : []
  return [
    `${formatCount(have)} of ${formatAmount(cases, 'case')} scored${share}`,
    ...repeats,
    ...missing,
    ...failed,
  ].join(', ')
}

/** Where the answers of models came from. Undefined if nothing was asked of one. */
export function cacheLine({ cache: { hits, misses, recorded = 0 } }: FeatureSummary): string | undefined {
  const questions = hits + misses + recorded
  if (hits + misses === 0) return undefined
  const recordings = recorded === 0 ? '' : `, ${formatCount(recorded)} from recordings`
  return `${formatCount(hits)} of ${formatAmount(questions, 'question')} to models answered from the store${recordings}`
}

const formWords = {
  json_object: 'its server enforces JSON but no schema',
  text: 'its server enforces no format',
}

/** Undefined without a rubric. */
export function judgeLine({ judge }: FeatureSummary): string | undefined {
  if (!judge) return undefined
  const calibrated = calibrationSummary(judge.calibration)
  const form = judge.mode === undefined || judge.mode === 'json_schema' ? [] : [formWords[judge.mode]]
  return [judge.model, ...form, calibrated, formatAmount(judge.calls, 'judgement'), ...flipWords(judge)].join(', ')
}

/** Of how many, since a share of few verdicts says little. A report of an earlier release does not say it. */
function flipWords({ flipRate, askedAgain }: NonNullable<FeatureSummary['judge']>): string[] {
  if (flipRate === null) return []
  if (askedAgain === undefined) return [`${formatPercent(flipRate)} of the verdicts asked for again flipped`]
  const flipped = formatCount(Math.round(flipRate * askedAgain))
  return [`${flipped} of ${formatAmount(askedAgain, 'verdict')} asked for again flipped`]
}

type RepeatShare = NonNullable<FeatureSummary['repeats']>['passAt1']

/** Undefined unless cases were repeated. Both shares say of how many cases they are: few cases may have k answers. */
export function repeatsLine({ repeats }: FeatureSummary): string | undefined {
  if (!repeats) return undefined
  const share = (name: string, of: RepeatShare) => {
    const interval = of.ciLow === null ? '' : ` ${formatInterval(of, formatPercent)}`
    const cases = of.cases === undefined ? '' : ` (${formatAmount(of.cases, 'case')})`
    return `${name} ${formatPercent(of.value)}${interval}${cases}`
  }
  return `${share('pass@1', repeats.passAt1)}, ${share(`pass^${repeats.passK.k}`, repeats.passK)}`
}

/** Undefined if no case was scored. */
export function distributionLine({ score }: FeatureSummary): string | undefined {
  if (score.p50 === null) return undefined
  const passing =
    score.passRate === null || score.caseThreshold === null
      ? []
      : [`${formatPercent(score.passRate)} of the cases at ${formatScore(score.caseThreshold)} or above`]
  const quantiles = `p10 ${formatScore(score.p10)}, p50 ${formatScore(score.p50)}, p90 ${formatScore(score.p90)}`
  return [`${quantiles}, sd ${formatScore(score.std)}`, ...passing].join('; ')
}
