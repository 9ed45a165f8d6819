import path from 'node:path'
import { emptyLedger } from '../core/answers/ledger.ts'
import type { GateSettings } from '../core/suite/config/config.ts'
import { loadConfig } from '../core/suite/config/load-config.ts'
import { InvalidFilesError } from '../core/suite/diagnostics/diagnostic.ts'
import { findRoot } from '../core/suite/project/project.ts'
import { diskFiles } from '../core/suite/project-files.ts'
import { readScores } from '../core/suite/scores-file.ts'
import type { VersionRole } from '../records/report/case-detail.ts'
import type { RunFinding } from '../records/report/report.ts'
import { type PolicyFlags, policyFlags, settingsOf } from './judge-versions.ts'
import { caseRows } from './report/case-rows.ts'
import { summarizeFeature } from './report/measured-feature.ts'
import type { FinishedRun } from './report/report-of-run.ts'
import { reproduction } from './report/reproduction.ts'
import { proveRun } from './report/run-proof.ts'
import { withVerdict } from './report/with-verdict.ts'
import { coverageOf } from './run/coverage.ts'
import { noObservations, observeDetail } from './run/observations.ts'
import { judgeScores, policyOf } from './run-gate.ts'
import { type GivenScore, type JoinedScores, joinScores } from './score-files.ts'
import type { VerdictReason } from './verdict/reasons.ts'
import type { GateOutcome } from './verdict/verdict.ts'

export interface ScoreFiles {
  candidateScores: string
  baselineScores: string
}

/** Judges scores of another tool. No model is called and no project is needed; a sluice.yaml around `cwd` counts. */
export async function compareScores(files: ScoreFiles, flags: PolicyFlags, cwd: string): Promise<FinishedRun> {
  const { candidateScores, baselineScores } = files
  const reproduce = reproduction(['compare'], {
    '--candidate-scores': candidateScores,
    '--baseline-scores': baselineScores,
    ...policyFlags(flags),
  })
  const side = async (name: string) => ({ name, model: null, rows: await scoresIn(name, cwd) })
  const [candidate, baseline] = [await side(candidateScores), await side(baselineScores)]
  return judgeScoresOf({ candidate, baseline, notes: [], findings: [], reproduce }, flags, cwd)
}

/** Scores of one side, and how the report calls it. */
interface ScoredSide {
  name: string
  /** What answered; null where nobody said. */
  model: string | null
  rows: readonly GivenScore[]
  /** Answers that there were to be and that are not there; they have no score. */
  missing?: number
}

interface ScoresToJudge {
  candidate: ScoredSide
  baseline: ScoredSide
  /** What was read, in sentences. */
  notes: readonly string[]
  findings: RunFinding[]
  reproduce: string
  /** Why a pass cannot rest on these scores, given the margin. */
  doubts?: (margin: number) => VerdictReason[]
}

/** Judges scores that are at hand, by the settings of a sluice.yaml around `cwd`. */
export async function judgeScoresOf(scores: ScoresToJudge, flags: PolicyFlags, cwd: string): Promise<FinishedRun> {
  const { candidate, baseline, findings, reproduce } = scores
  const settings = settingsOf(await projectSettings(cwd), {}, flags)
  const joined = joinScores(candidate.rows, baseline.rows)
  const { threshold } = flags
  const missing = { candidate: candidate.missing ?? 0, baseline: baseline.missing ?? 0 }
  const judged = judgeScores(joined, policyOf({ ...settings, threshold }), settings, missing)
  const outcome = doubted(judged, scores.doubts?.(settings.margin) ?? [], settings)
  const measured = {
    feature: candidate.name,
    candidate: { id: candidate.name, label: null, model: candidate.model },
    baseline: { id: baseline.name, label: null, model: baseline.model },
    cases: joined.cases,
    ledger: emptyLedger(),
    observations: observationsOf(joined),
    judge: null,
    threshold: threshold ?? null,
    notes: [...unpairedNotes(joined, scores), ...judgeNotes(settings), ...scores.notes],
  }
  const summary = summarizeFeature(measured, settings)
  const coverage = coverageOf(joined.cases, 'candidate', missing.candidate)
  const { verdict, exitCode } = outcome.final
  const conclusion = {
    reproduce,
    git: null,
    run: proveRun([{ table: joined, ledger: measured.ledger, suiteCases: undefined }]),
    verdict,
    exitCode,
    notes: [],
    findings,
    features: [withVerdict({ ...summary, coverage }, outcome)],
  }
  return { conclusion, casesOf: () => caseRows(joined.cases, joined.rows, settings.caseThreshold) }
}

/** A pass that cannot rest on its scores decides nothing. */
function doubted(outcome: GateOutcome, reasons: VerdictReason[], { onInconclusive }: GateSettings): GateOutcome {
  if (outcome.final.verdict !== 'pass' || reasons.length === 0) return outcome
  const exitCode = onInconclusive === 'warn' ? 0 : 2
  return { ...outcome, final: { verdict: 'inconclusive', strength: 'weak', reasons, exitCode } }
}

/** The file as the user named it, so that messages do. */
async function scoresIn(file: string, cwd: string) {
  const place = path.resolve(cwd, file)
  return readScores(place, path.isAbsolute(file) ? file : path.relative(cwd, place))
}

async function projectSettings(cwd: string) {
  const root = await findRoot(cwd)
  const { config, diagnostics } = await loadConfig(diskFiles(root), root)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new InvalidFilesError(errors)
  return config.gate
}

function observationsOf({ rows }: JoinedScores) {
  const observations = noObservations()
  for (const { role, detail } of rows) observeDetail(observations, role, detail)
  return observations
}

/** Files of scores do not say which judge gave them, so nothing is held against its calibration. */
function judgeNotes({ judge: { onUncalibrated } }: GateSettings): string[] {
  if (onUncalibrated === 'allow') return []
  return [
    `gate.judge.onUncalibrated: ${onUncalibrated} was not applied: these scores do not say which judge gave them, if any did.`,
  ]
}

function unpairedNotes({ unpaired }: JoinedScores, { candidate, baseline }: ScoresToJudge): string[] {
  const note = (role: VersionRole, file: string) => {
    const ids = unpaired[role]
    if (ids.length === 0) return []
    const shown = ids.slice(0, 5).join(', ')
    return [
      `${ids.length} case${ids.length === 1 ? ' is' : 's are'} only in ${file}, so not compared: ${shown}${ids.length > 5 ? ', …' : ''}.`,
    ]
  }
  return [...note('candidate', candidate.name), ...note('baseline', baseline.name)]
}
