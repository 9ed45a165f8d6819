import type { Ledger } from '../../core/answers/ledger.ts'
import type { GateSettings } from '../../core/suite/config/config.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { versionId } from '../../core/suite/prompt/version.ts'
import type { Arm } from '../../records/case-detail.ts'
import { normCdf, weightedQuantile } from '../../stats/index.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { Results } from '../run/results.ts'
import { estimateOf } from '../run/score-summary.ts'
import type { RunContext } from '../run/session.ts'
import { startRun } from '../run/start-run.ts'
import { policyOf, runGate } from '../run-gate.ts'
import { decide } from '../verdict/decide.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import { type GatePolicy, gatePolicy } from '../verdict/policy.ts'
import type { GateOutcome } from '../verdict/verdict.ts'
import type { RawContest } from './propose.ts'

/** What a contest is measured by. */
export interface ContestTerms {
  suite: string
  /** Answers per case and model. */
  repeats: number
  settings: GateSettings
  /** Comparisons of the whole run; the intervals hold for all of them together. */
  comparisons: number
}

export interface MeasuredContest {
  contest: RawContest
  /** Of the model that the feature has now. */
  incumbent: Pick<RawContest, 'score' | 'usdPerAnswer' | 'latencyP50Ms'>
  /** The incumbent could not be asked at all: it is gone, or was never there. */
  isGone: boolean
  outOfBudget: boolean
  ledger: Ledger
}

/** The prompt with another model, all else the same. */
export function withModel(prompt: Prompt, model: string): Prompt {
  const { label: _, ...rest } = prompt
  return { ...rest, model, id: versionId({ ...prompt, model }) }
}

/** The policy of one look at `repeats` answers per case; nothing is let through by its estimate alone. */
function contestPolicy(settings: GateSettings, repeats: number): GatePolicy {
  const policy = policyOf({ ...settings, threshold: undefined, onInconclusive: 'block' })
  return gatePolicy({ ...policy, looks: [repeats], criticalRepeats: repeats })
}

/** Asks a candidate and the present model the same cases, and tests that the candidate is no worse. */
export async function runContest(
  prompt: Prompt,
  model: string,
  terms: ContestTerms,
  { project, session, progress }: RunContext,
): Promise<MeasuredContest> {
  const { suite, repeats, settings, comparisons } = terms
  const candidate = withModel(prompt, model)
  const results = resultsOf(session.results, `${prompt.feature} with ${model}, ${repeats}`)
  const run = startRun({ candidate, baseline: prompt, suite, progress }, project, { ...session, results })
  progress.label(`${prompt.feature}, ${model}`)
  const policy = contestPolicy(settings, repeats)
  const outcome = await runGate(run, policy, settings)
  const seen = { candidate: observed(results, 'candidate'), baseline: observed(results, 'baseline') }
  const z = outcome.decision.trace.difference[0]?.z ?? null
  return {
    contest: {
      feature: prompt.feature,
      model,
      version: candidate.id,
      ...outcomeOf(outcome),
      ...jointInterval(run, policy, comparisons),
      margin: settings.margin,
      score: estimateOf(run.table.cases, settings).mean,
      p: z === null ? null : normCdf(-z),
      cases: run.table.cases.length,
      unscored: run.observations.unscoredRepeats,
      usdPerAnswer: seen.candidate.usdPerAnswer,
      latencyP50Ms: seen.candidate.latencyP50Ms,
    },
    incumbent: {
      score: outcome.baselineMean,
      usdPerAnswer: seen.baseline.usdPerAnswer,
      latencyP50Ms: seen.baseline.latencyP50Ms,
    },
    isGone: seen.baseline.unaskable,
    outOfBudget: run.observations.budgetStops > 0,
    ledger: run.ledger,
  }
}

/** The results of one contest, apart from those of the same feature with other models. */
export function resultsOf(results: Results, key: string): Results {
  return { ...results, add: (_, row) => results.add(key, row), rows: () => results.rows(key) }
}

/** A pass that hangs on answers that never came is none. */
function outcomeOf({ final: { verdict, strength, reasons } }: GateOutcome): Pick<RawContest, 'outcome' | 'reasons'> {
  const passes = verdict === 'pass' && strength === 'strong'
  return {
    outcome: passes ? 'passes' : verdict === 'fail' ? 'worse' : 'undecided',
    reasons: reasons.map(({ message }) => message),
  }
}

/** The difference with an interval at which all comparisons of the run hold together (Bonferroni). */
function jointInterval(
  { table }: FeatureRun,
  policy: GatePolicy,
  comparisons: number,
): Pick<RawContest, 'meanDifference' | 'ciLow' | 'ciHigh'> {
  const confidence = 1 - (1 - policy.confidence) / Math.max(1, comparisons)
  const joint = { ...policy, confidence }
  const found = decide(gateCases(table.cases, true), joint, undefined, { last: true }).decision?.comparison
  return {
    meanDifference: found?.meanDifference ?? null,
    ciLow: found?.ciLow ?? null,
    ciHigh: found?.ciHigh ?? null,
  }
}

function observed(results: Results, wanted: Arm) {
  let answers = 0
  let usd: number | null = 0
  let unaskable = false
  const latencies: number[] = []
  for (const { arm, detail } of results.rows('')) {
    if (arm !== wanted) continue
    unaskable ||= detail.unaskable === true
    if (detail.output === undefined) continue
    answers += 1
    usd = usd === null || detail.answerUsd === undefined ? null : usd + detail.answerUsd
    if (detail.latencyMs !== undefined) latencies.push(detail.latencyMs)
  }
  return {
    usdPerAnswer: usd === null || answers === 0 ? null : usd / answers,
    latencyP50Ms:
      weightedQuantile(
        latencies,
        latencies.map(() => 1),
        0.5,
      ) ?? null,
    unaskable,
  }
}
