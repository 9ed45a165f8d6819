import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { chooseSuite } from '../core/suite/prompt/suites.ts'
import { SluiceError } from '../errors.ts'
import type { FeatureSummary } from '../records/report/feature-report.ts'
import type { RunFinding } from '../records/report/report.ts'
import { calibrateRun } from './calibration/calibrate-run.ts'
import { withNeverAttacked } from './judge-attack/kept-attacks.ts'
import { casesOfRuns } from './report/case-rows.ts'
import { measuredOf, summarizeFeature } from './report/measured-feature.ts'
import type { FinishedRun } from './report/report-of-run.ts'
import { reproduction } from './report/reproduction.ts'
import { proveRun } from './report/run-proof.ts'
import { codesOf } from './run/applications.ts'
import { coverageOf, coveredShare } from './run/coverage.ts'
import type { FeatureRun } from './run/feature-run.ts'
import { countedCases } from './run/score-table.ts'
import type { RunContext } from './run/session.ts'
import { modelsOf, startRun } from './run/start-run.ts'

export interface EvaluationOptions {
  suite?: string | undefined
  /** Only cases with one of these tags. */
  tag?: string[] | undefined
  /** Answers per case. */
  repeats: number
}

/** Scores one version of a feature, and compares it with nothing. */
export async function evaluateFeature(
  candidate: Prompt,
  options: EvaluationOptions & { findings: RunFinding[] },
  { project, session, progress }: RunContext,
): Promise<FinishedRun> {
  const { suite, tag, repeats, findings } = options
  const request = { candidate, suite: chooseSuite(candidate, suite), tags: tag, progress, measuresLift: true }
  await session.requirePrices(modelsOf(request, project))
  const run = startRun(request, project, session)
  progress.label(candidate.feature)
  await run.score(repeats)
  requireCases(run, tag)
  const settings = { ...project.config.gate, ...candidate.gate }
  const calibration = await calibrateRun(run, session.results, project, settings)
  const codes = await codesOf(run, session)
  const measured = measuredOf(run, session.results, { threshold: null, notes: [], calibration, codes })
  const summary: FeatureSummary = summarizeFeature(measured, settings)
  const conclusion = {
    reproduce: reproduction(['eval', candidate.feature], {
      '--suite': suite,
      '--tag': tag,
      '--repeats': repeats > 1 ? repeats : undefined,
    }),
    git: null,
    run: proveRun([run]),
    findings,
    verdict: null,
    exitCode: exitCodeOf(run),
    notes: [],
    features: await withNeverAttacked([summary], [candidate], project.config.root),
  }
  return { conclusion, casesOf: casesOfRuns([run], session.results, project.config.gate) }
}

/** Why a run has no case. Held out cases are left out of the suite that pull requests run. */
export function noCaseText(tags: readonly string[] | undefined): string {
  return tags === undefined
    ? 'no case is to be asked, since the suite has none or each is held out'
    : `no case has the tag ${tags.join(' or ')}`
}

function requireCases(run: FeatureRun, tags: string[] | undefined): void {
  if (run.table.cases.length > 0) return
  throw new SluiceError('invalid-input', `${noCaseText(tags)}: nothing was evaluated`)
}

/** 0 when every case has a score, 2 when some have none, 4 when not one has or the budget ended first. */
function exitCodeOf({ table, observations }: FeatureRun): number {
  const share = coveredShare(coverageOf(countedCases(table.cases), 'candidate'))
  if (!share || observations.budgetStops > 0) return 4
  return observations.unscoredRepeats === 0 ? 0 : 2
}
