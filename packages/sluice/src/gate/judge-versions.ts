import type { GateSettings } from '../core/suite/config/config.ts'
import type { LoadedProject } from '../core/suite/project/project.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../core/suite/prompt/suites.ts'
import type { FeatureSummary } from '../records/report/feature-report.ts'
import { acceptedRepeats, scoreFromAccepted, type UsableScores, usableScores } from './base/accepted-scores.ts'
import { calibrateRun } from './calibration/calibrate-run.ts'
import { doubtAboutPass, restsOn, withJudge } from './calibration/judge-reason.ts'
import { rubricHash } from './judge-attack/attack-judge.ts'
import { attackNote } from './judge-attack/kept-attacks.ts'
import { measureId, unchangedNote } from './last-unchanged.ts'
import { limitRounds, recordedRepeats } from './recorded-repeats.ts'
import { measuredOf, summarizeFeature } from './report/measured-feature.ts'
import type { Flags } from './report/reproduction.ts'
import { withVerdict } from './report/with-verdict.ts'
import { codesOf } from './run/applications.ts'
import type { FeatureRun } from './run/feature-run.ts'
import type { RunProgress, RunSession } from './run/session.ts'
import { modelsOf, startRun } from './run/start-run.ts'
import { policyOf, runGate } from './run-gate.ts'
import type { VerdictReason } from './verdict/reasons.ts'
import type { GateOutcome } from './verdict/verdict.ts'

/** The flags that overrule the settings of files. */
export interface PolicyFlags {
  threshold?: number | undefined
  margin?: number | undefined
  onInconclusive?: GateSettings['onInconclusive'] | undefined
}

/** The same flags as they are written on a command line. */
export function policyFlags({ threshold, margin, onInconclusive }: PolicyFlags): Flags {
  return { '--threshold': threshold, '--margin': margin, '--on-inconclusive': onInconclusive }
}

export interface JudgedFeature {
  run: FeatureRun
  outcome: GateOutcome
  summary: FeatureSummary
}

export interface JudgeContext {
  project: LoadedProject
  session: RunSession
  progress: RunProgress
  flags: PolicyFlags
}

export interface VersionsToJudge {
  candidate: Prompt
  baseline: Prompt | undefined
  suite: string | undefined
  notes: string[]
  /** A version that nothing here can run: scores that were kept of an accepted run stand for it. */
  unrun?: Prompt | undefined
  /** A hash of the code of checks, which such scores must have been given by. */
  checkCode?: (() => Promise<string>) | undefined
  /** Judge the difference alone unless a threshold was asked for. */
  differenceAlone?: boolean
}

/** Runs and judges one feature. */
export async function judgeVersions(
  { candidate, baseline, notes, ...versions }: VersionsToJudge,
  { project, session, progress, flags }: JudgeContext,
): Promise<JudgedFeature> {
  const settings = settingsOf(project.config.gate, candidate.gate, flags)
  const suite = chooseSuite(candidate, versions.suite)
  const cases = () => casesOf(project.files, candidate, suite, { root: project.config.root })
  const { unrun, checkCode = async () => '' } = versions
  const accepted = unrun && (await usableScores(session.database, candidate, suite, { cases, checkCode }))
  const stored = accepted?.scores && { judge: accepted.scores.judge, score: scoreFromAccepted(accepted.scores) }
  const request = {
    candidate,
    baseline: stored ? unrun : baseline,
    suite,
    progress,
    storedBaseline: stored,
    measuresLift: true,
  }
  const models = modelsOf(stored ? { candidate } : request, project)
  await session.requirePrices(models)
  const threshold = versions.differenceAlone ? flags.threshold : settings.threshold
  const recorded = await recordedRepeats(models, cases(), session.providers)
  const policy = limitRounds(
    limitRounds(policyOf({ ...settings, threshold }), recorded),
    accepted?.scores ? acceptedRepeats(accepted.scores) : recorded,
  )
  const run = startRun(request, project, session)
  progress.label(candidate.feature)
  const decided = await runGate(run, policy, settings)
  const calibration = await calibrateRun(run, session.results, project, settings)
  const judge = run.ledger.judgeCalls > 0 && run.judge ? run.judge.id : null
  const doubt = doubtAboutPass({ feature: candidate.feature, asked: judge !== null, calibration }, settings.judge)
  const measure = () => measureId(candidate, cases(), settings)
  const unchanged = await unchangedNote(session.database, candidate.feature, { suite, judge, doubt, measure })
  const measured = measuredOf(run, session.results, {
    threshold: threshold ?? null,
    notes: [
      ...notes,
      ...storedNotes(accepted, run),
      ...(await judgeNotes(run, project)),
      ...(await applicationNotes(run, session)),
      ...(unchanged === undefined ? [] : [unchanged]),
    ],
    calibration,
    codes: await codesOf(run, session),
  })
  const outcome = { ...decided, final: withJudge(decided.final, restsOn(measured), settings.judge) }
  return { run, outcome, summary: withVerdict(summarizeFeature(measured, settings), outcome) }
}

/** Says which accepted run is the baseline, or why none is. */
function storedNotes(accepted: UsableScores | undefined, { baseline }: FeatureRun): string[] {
  if (!accepted) return []
  if (accepted.scores === undefined) return [accepted.note]
  const { commit, at, version } = accepted.scores
  const what = `the accepted run on ${commit.slice(0, 7)} (${at.slice(0, 10)}, version ${version})`
  if (baseline) return [`The baseline is the scores of ${what}: nothing was asked of it again.`]
  return [`The scores of ${what} were given by another judge, so they are no baseline.`]
}

/** That an answer may be one of other code than that of the report. */
async function applicationNotes({ candidate: { target } }: FeatureRun, session: RunSession): Promise<string[]> {
  if (!target || !(await session.hasChanged(target))) return []
  return [
    'Files of the application changed while it was asked, so nothing tells which code gave which answer: run it again. What an application writes belongs into files that git ignores.',
  ]
}

/** What the last attack on the judge of a run has found. */
async function judgeNotes({ candidate, judge, ledger }: FeatureRun, { config }: LoadedProject): Promise<string[]> {
  if (!judge || ledger.judgeCalls === 0) return []
  const { feature } = candidate
  const note = await attackNote(config.root, { feature, judge: judge.id, rubric: rubricHash(candidate) })
  return note === undefined ? [] : [note]
}

/** Flags overrule the prompt's settings, and these the project's. */
export function settingsOf(project: GateSettings, prompt: Partial<GateSettings>, flags: PolicyFlags): GateSettings {
  const { threshold, margin, onInconclusive } = flags
  return {
    ...project,
    ...prompt,
    ...(threshold !== undefined && { threshold }),
    ...(margin !== undefined && { margin }),
    ...(onInconclusive !== undefined && { onInconclusive }),
  }
}

/** Reasons for which a feature cannot pass, whatever its scores say. What fails by its scores fails by them first. */
export function withoutPass(judged: JudgedFeature, against: readonly VerdictReason[]): JudgedFeature {
  const { outcome, summary } = judged
  if (against.length === 0) return judged
  const { verdict, reasons: own, exitCode } = outcome.final
  const final =
    verdict === 'fail'
      ? { ...outcome.final, reasons: [...own, ...against] }
      : {
          verdict: 'inconclusive' as const,
          strength: 'weak' as const,
          reasons: [...against, ...own],
          exitCode: exitCode || 2,
        }
  return { ...judged, outcome: { ...outcome, final }, summary: { ...summary, ...final } }
}

/** Why a comparison with an application cannot be relied on. */
export function baselineReason(message: string): VerdictReason {
  return { code: 'baseline', message, tag: null, case: null }
}
