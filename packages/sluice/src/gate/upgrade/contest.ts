import type { GateSettings } from '../../core/suite/config/config.ts'
import { normCdf } from '../../stats/index.ts'
import { type RestsOn, withJudge } from '../calibration/judge-reason.ts'
import { type BakeOffCell, type CellFigures, cellFigures, pairedCases } from '../matrix/cell.ts'
import { causeSentence, causesOf } from '../report/causes.ts'
import { estimateOf } from '../run/score-summary.ts'
import type { CaseScores } from '../run/score-table.ts'
import { judgeScores, policyOf } from '../run-gate.ts'
import { decide } from '../verdict/decide.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import { type GatePolicy, gatePolicy } from '../verdict/policy.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'
import type { RawContest } from './propose.ts'

/** What a contest is measured by. */
export interface ContestTerms {
  /** Answers per case and model. */
  repeats: number
  settings: GateSettings
  /** Comparisons of the whole run; the intervals hold for all of them together. */
  comparisons: number
  /** The judge that the candidate's scores are by. */
  restsOn: RestsOn
}

/** The policy of one look at `repeats` answers per case; nothing is let through by its estimate alone. */
function contestPolicy(settings: GateSettings, repeats: number): GatePolicy {
  const policy = policyOf({ ...settings, threshold: undefined, onInconclusive: 'block' })
  return gatePolicy({ ...policy, looks: [repeats], criticalRepeats: repeats })
}

/** Holds a candidate against the present model, on the same cases, and tests that it is no worse. */
export function contestOf(candidate: BakeOffCell, incumbent: BakeOffCell, terms: ContestTerms): RawContest {
  const { repeats, settings, comparisons, restsOn } = terms
  const cases = pairedCases(candidate.run, incumbent.run)
  const policy = contestPolicy(settings, repeats)
  const outcome = judgeScores({ cases, repeats }, policy, settings)
  const seen = cellFigures(candidate)
  const z = outcome.decision.trace.difference[0]?.z ?? null
  return {
    feature: candidate.version.feature,
    model: candidate.version.model,
    version: candidate.version.id,
    ...outcomeOf(outcome.final, restsOn, settings),
    ...jointInterval(cases, policy, comparisons),
    margin: settings.margin,
    score: estimateOf(cases, settings).mean,
    p: z === null ? null : normCdf(-z),
    cases: cases.length,
    unscored: candidate.run.observations.unscoredRepeats + incumbent.run.observations.unscoredRepeats,
    unscoredOfCandidate: candidate.run.observations.unscoredRepeats,
    causes: causesOfCell(candidate),
    usdPerAnswer: seen.usdPerAnswer,
    latencyP50Ms: seen.latencyP50Ms,
  }
}

/** Why answers of a model have no score, every cause in one sentence. */
export function causesOfCell({ rows, run }: Pick<BakeOffCell, 'rows' | 'run'>): string[] {
  return causesOf(rows(), run.table.cases).map(causeSentence)
}

/** What is told of the model that a feature has now. */
export function incumbentFigures(
  { run }: BakeOffCell,
  { usdPerAnswer, latencyP50Ms }: CellFigures,
  settings: GateSettings,
): Pick<RawContest, 'score' | 'usdPerAnswer' | 'latencyP50Ms'> {
  return { score: estimateOf(run.table.cases, settings).mean, usdPerAnswer, latencyP50Ms }
}

/**
 * A pass that hangs on answers that never came is none, nor is one that `gate.judge` takes away, or that the judge may
 * have made itself. Where `gate.judge` says warn, a pass stays one, and the notes of the feature say what it rests on.
 */
function outcomeOf(
  byScores: FinalVerdict,
  rests: RestsOn,
  settings: GateSettings,
): Pick<RawContest, 'outcome' | 'reasons'> {
  const { verdict, reasons } = withJudge(byScores, rests, settings.judge)
  const isLimited = rests.calibration?.versionBias?.state === 'judge-limited'
  if (verdict === 'pass' && byScores.strength === 'strong' && !isLimited) return { outcome: 'passes', reasons: [] }
  return { outcome: verdict === 'fail' ? 'worse' : 'undecided', reasons: reasons.map(({ message }) => message) }
}

/** The difference with an interval at which all comparisons of the run hold together (Bonferroni). */
function jointInterval(
  cases: readonly CaseScores[],
  policy: GatePolicy,
  comparisons: number,
): Pick<RawContest, 'meanDifference' | 'ciLow' | 'ciHigh'> {
  const confidence = 1 - (1 - policy.confidence) / Math.max(1, comparisons)
  const joint = { ...policy, confidence }
  const found = decide(gateCases(cases, true), joint, undefined, { last: true }).decision?.comparison
  return {
    meanDifference: found?.meanDifference ?? null,
    ciLow: found?.ciLow ?? null,
    ciHigh: found?.ciHigh ?? null,
  }
}
