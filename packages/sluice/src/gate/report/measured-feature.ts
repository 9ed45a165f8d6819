import { type Ledger, servingNotes } from '../../core/answers/ledger.ts'
import { judgeFamilyWarnings } from '../../core/scorers/judge/judge-family.ts'
import { quarantineShareText } from '../../core/suite/cases/quarantine.ts'
import { largestRates, safetyTag } from '../../core/suite/config/safety-settings.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Calibration } from '../../records/report/calibration.ts'
import type { FeatureSummary, MissingScoreCause } from '../../records/report/feature-report.ts'
import type { SafetyBound } from '../../records/report/safety-bound.ts'
import { weightedQuantiles } from '../../stats/index.ts'
import { formatAmount } from '../../text/format.ts'
import { type LiftOptions, liftResult } from '../metrics/lift-result.ts'
import { metricResults } from '../metrics/metric-results.ts'
import { coverageOf } from '../run/coverage.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import { claimNotes, flipsOf, type LostAnswers, type Observations } from '../run/observations.ts'
import type { ResultRow, Results } from '../run/results.ts'
import { estimateOf, repeatShares, type SummaryOptions, summarizeScores } from '../run/score-summary.ts'
import { type CaseScores, countedCases, isQuarantined } from '../run/score-table.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import { holdoutNote, holdoutResult } from '../verdict/holdout-result.ts'
import { safetyBounds, safetyNotes } from '../verdict/safety.ts'
import { calibrationNotes } from './calibration-notes.ts'
import { causesOf } from './causes.ts'
import { type CascadeSummary, cascadeNotes, collectCascade } from './judges/cascade-summary.ts'
import { collectPanel, type PanelSummary, panelNotes } from './judges/panel-summary.ts'
import { collectOrigins } from './metrics/fault-origin.ts'
import { askedBy } from './prompt-diff.ts'
import { collectScorers, type ScorerResults } from './scorer-results.ts'

type Version = FeatureSummary['candidate']

/** Everything that was measured of one feature, before anything is decided. */
export interface Measured {
  feature: string
  candidate: Version
  baseline: Version | null
  cases: readonly CaseScores[]
  ledger: Ledger
  observations: Observations
  /** Null where no rubric was judged. */
  judge: Omit<NonNullable<FeatureSummary['judge']>, 'calls' | 'panel' | 'cascade'> | null
  /** Where several models judge: which, and what became of their votes. */
  several?: SeveralJudges
  threshold: number | null
  notes: string[]
  /** Why answers have no score. */
  causes?: MissingScoreCause[]
  /** The run without some files, by position, and what it lacks; absent where there was none. */
  without?: { files: readonly string[]; cases: readonly (CaseScores | undefined)[] }
  /** Held out cases that were left out; 0 by default. */
  leftOut?: number
  /** What each check and each question to the judge came to. */
  scorers?: ScorerResults
  /** What one answer with its judgement costs on average; null if no price is known. */
  usdPerAnswer?: number | null
  /** What the versions ask of their models. */
  asked?: NonNullable<FeatureSummary['asked']>
}

interface SeveralJudges {
  models: readonly string[]
  panel: PanelSummary | undefined
  cascade(confidence: number): CascadeSummary | undefined
}

/** The report of a measurement without a verdict; a gate fills in what it decided. */
export function summarizeFeature(
  measured: Measured,
  options: SummaryOptions & Pick<LiftOptions, 'margin' | 'minCoverage'>,
): FeatureSummary {
  const { cases, ledger, observations, judge, scorers } = measured
  const { panel, models = [] } = measured.several ?? {}
  const cascade = measured.several?.cascade(options.confidence)
  const several = [...(panel ? panelNotes(panel) : []), ...(cascade ? cascadeNotes(cascade, models) : [])]
  const holdout = holdoutResult(cases, options.confidence, measured.leftOut ?? 0)
  const safety = safetyOf(measured, options)
  const measures = metricResults(countedCases(cases), {
    confidence: options.confidence,
    hasBaseline: measured.baseline !== null,
  })
  return {
    feature: measured.feature,
    verdict: null,
    strength: null,
    candidate: measured.candidate,
    baseline: measured.baseline,
    reasons: [],
    notes: [
      ...quarantineNotes(cases),
      ...safetyNotes(safety, options.safety !== undefined),
      ...measured.notes,
      ...several,
      ...(holdout ? [holdoutNote(holdout, measured.feature)] : []),
      ...measurementNotes(measured),
      ...(scorers?.notes ?? []),
      ...(measures?.notes ?? []),
    ],
    ...(measured.asked && { asked: measured.asked }),
    ...(measured.causes && { causes: measured.causes }),
    advice: null,
    confidence: options.confidence,
    score: {
      ...summarizeScores(cases, options),
      threshold: measured.threshold,
      caseThreshold: options.caseThreshold,
    },
    coverage: coverageOf(cases, 'candidate'),
    comparison: null,
    threshold: null,
    looks: [],
    repeats: repeatShares(cases, options),
    tags: tagMeans(cases, options),
    ...(holdout && { holdout }),
    ...(safety.length > 0 && { safety }),
    ...(scorers && { scorers: scorers.all(options.confidence) }),
    ...(measures && { metrics: measures.metrics }),
    ...(measured.without && {
      lift: liftResult(cases, measured.without.cases, { without: measured.without.files, ...options }),
    }),
    ...(measures && measures.confusion.length > 0 && { confusion: measures.confusion }),
    judge: judge && {
      ...judge,
      calls: ledger.judgeCalls,
      ...(panel && { panel }),
      ...(cascade && { cascade }),
    },
    cost: { ...costOf(ledger), ...(measured.usdPerAnswer !== undefined && { usdPerAnswer: measured.usdPerAnswer }) },
    latency: latencyOf(observations.latencies),
    origins: observations.origins.all(),
    cache: { hits: ledger.hits, misses: ledger.misses, ...(ledger.recorded > 0 && { recorded: ledger.recorded }) },
  }
}

const namedInNote = 5

/** Which cases are no part of the verdict, and which are one again. */
function quarantineNotes(cases: readonly CaseScores[]): string[] {
  const held = cases.filter(isQuarantined)
  const ended = cases.filter(({ quarantine }) => quarantine?.ended)
  const named = held
    .slice(0, namedInNote)
    .map(({ id, quarantine }) => `${id} until ${quarantine?.until} (${quarantine?.reason})`)
  const more = held.length > namedInNote ? `, and ${held.length - namedInNote} more` : ''
  const share = quarantineShareText(held.length, cases.length)
  return [
    ...(held.length === 0
      ? []
      : [
          `In quarantine, and no part of the verdict, ${held.length} of ${formatAmount(cases.length, 'case')}: ${named.join(', ')}${more}.`,
        ]),
    ...(share === undefined ? [] : [share]),
    ...ended
      .slice(0, namedInNote)
      .map(({ id, quarantine }) => `The quarantine of ${id} ended on ${quarantine?.until}: the case counts again.`),
  ]
}

/** The bounded tags, and the tag of safety where a case has it. What reaches no verdict is held against no limit. */
function safetyOf({ cases, threshold }: Measured, { safety, ...options }: SummaryOptions): SafetyBound[] {
  const limits = threshold === null ? {} : largestRates(safety)
  const isTagged = cases.some(({ tags }) => tags.includes(safetyTag))
  const tags = [...new Set([...(isTagged ? [safetyTag] : []), ...Object.keys(limits)])]
  return tags.length === 0 ? [] : safetyBounds(gateCases(cases, false), { ...options, safety: limits }, tags)
}

function tagMeans(all: readonly CaseScores[], options: SummaryOptions): FeatureSummary['tags'] {
  const cases = countedCases(all)
  const tags = new Set(cases.flatMap(({ tags }) => tags))
  return [...tags].map((tag) => {
    const tagged = cases.filter((row) => row.tags.includes(tag))
    const { mean, ciLow, ciHigh } = estimateOf(tagged, options)
    return { tag, cases: tagged.length, mean, meanDifference: null, ciLow, ciHigh, verdict: null }
  })
}

function measurementNotes({ feature, ledger, observations, judge }: Measured): string[] {
  const { quotes, quotesNotFound, unscoredRepeats, answers, lost, reasoned, judgedUnseen } = observations
  const { unpricedCalls } = ledger
  const notes = judge ? calibrationNotes(judge.calibration, feature) : []
  if (quotesNotFound > 0) notes.push(`${quotesNotFound} of ${quotes} quotes of the judge do not occur in the output.`)
  notes.push(...claimNotes(observations.claims))
  for (const one of lost.values()) notes.push(lostNote(one, answers[one.role]))
  if (reasoned > 0) {
    const begin = reasoned === 1 ? '1 answer began' : `${reasoned} answers began`
    notes.push(
      `${begin} with reasoning, which was taken off before scoring; reasoning: keep in the prompt scores it too.`,
    )
  }
  if (judgedUnseen > 0) {
    const which = judgedUnseen === 1 ? '1 answer' : `${judgedUnseen} answers`
    notes.push(`The judge did not see the images and PDFs of ${which}: it was shown their names, sizes and hashes.`)
  }
  if (unscoredRepeats === 1) notes.push('1 answer has no score; it is not counted as 0.')
  if (unscoredRepeats > 1) notes.push(`${unscoredRepeats} answers have no score; they are not counted as 0.`)
  if (unpricedCalls > 0) notes.push(`${unpricedCalls} calls are unpriced: the price of their model is unknown.`)
  return [...notes, ...servingNotes(ledger)]
}

/** One sentence for all answers that one fault took. */
function lostNote({ role, cause, wayOut, count }: LostAnswers, answers: number): string {
  const whose = role === 'baseline' ? ' of the baseline' : ''
  return `${count} of ${answers === 1 ? '1 answer' : `${answers} answers`}${whose} ${count === 1 ? 'was' : 'were'} ${cause}; ${wayOut}.`
}

/** A sum is null where not a single call in it has a known price, or counted its tokens. */
export function costOf(ledger: Ledger): FeatureSummary['cost'] {
  const isCounted = ledger.misses === 0 || ledger.uncountedCalls < ledger.misses
  const known = ledger.misses === 0 || ledger.unpricedCalls < ledger.misses
  return {
    usd: known ? ledger.usd : null,
    generationUsd: known ? ledger.generationUsd : null,
    judgeUsd: known ? ledger.judgeUsd : null,
    unpricedCalls: ledger.unpricedCalls,
    inputTokens: isCounted ? ledger.inputTokens : null,
    outputTokens: isCounted ? ledger.outputTokens : null,
  }
}

function latencyOf(latencies: readonly number[]): FeatureSummary['latency'] {
  const weights = new Float64Array(latencies.length).fill(1)
  const [p50, p95] = weightedQuantiles(latencies, weights, [0.5, 0.95])
  const mean = latencies.length === 0 ? null : latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length
  return { meanMs: mean, p50Ms: p50 ?? null, p95Ms: p95 ?? null }
}

interface MeasuredContext {
  threshold: number | null
  notes: string[]
  calibration: Calibration | null
  /** What the applications of both versions are made of. */
  codes?: { candidate: string | null; baseline: string | null }
}

/** What a feature's run measured, with what a reader must know of it. */
export function measuredOf(
  run: FeatureRun,
  results: Results,
  { threshold, notes, calibration, codes }: MeasuredContext,
): Measured {
  const { candidate, baseline, judge, ledger, observations } = run
  const prices = averagePrice()
  const scorers = collectScorers(candidate, run.table.cases, baseline !== undefined)
  const [panel, cascade, origins] = [collectPanel(), collectCascade(), collectOrigins()]
  const rows = cascade.watch(panel.watch(prices.watch(origins.watch(results.rows(candidate.feature)))))
  const flips = flipsOf(scorers.watch(rows))
  const judged = ledger.judgeCalls > 0 && judge !== undefined
  const family = judged ? judgeFamilyWarnings(judge.models, candidate.model) : []
  return {
    feature: candidate.feature,
    candidate: versionOf(candidate, codes?.candidate),
    baseline: baseline ? versionOf(baseline, codes?.baseline) : null,
    cases: run.table.cases,
    ...(run.without && { without: { files: run.without.files, cases: run.without.table.cases } }),
    leftOut: run.heldOut.leftOut,
    ledger,
    observations,
    judge: judged ? { id: judge.id, model: judge.model, mode: judge.mode, ...flips, calibration } : null,
    ...(judge && { several: { models: judge.models, panel: panel.summary(), cascade: cascade.summary } }),
    scorers: scorers.results(),
    usdPerAnswer: prices.perAnswer(),
    asked: { candidate: askedBy(candidate), baseline: baseline ? askedBy(baseline) : null },
    threshold,
    notes: [...notes, ...origins.notes(baseline !== undefined), ...family],
    ...(observations.unscoredRepeats > 0 && { causes: causesOf(results.rows(candidate.feature), run.table.cases) }),
  }
}

function versionOf({ id, label, model }: Prompt, code: string | null | undefined): FeatureSummary['candidate'] {
  return { id, label: label ?? null, model, ...(code !== undefined && { code }) }
}

/** Over the answers with a known price, while their details pass by. */
function averagePrice() {
  let usd = 0
  let priced = 0
  return {
    *watch(rows: Iterable<ResultRow>): Generator<ResultRow> {
      for (const row of rows) {
        if (row.detail.costUsd !== undefined) {
          usd += row.detail.costUsd
          priced += 1
        }
        yield row
      }
    },
    perAnswer: () => (priced === 0 ? null : usd / priced),
  }
}
