import { baselineOf } from '../gate/baseline.ts'
import { combineVerdicts } from '../gate/verdict.ts'
import { chooseSuite, requireSuites } from './choose-suite.ts'
import { type GateScope, gateScope, type ScopeOptions } from './gate-scope.ts'
import { type GuardFlags, guardMeasure } from './guard-measure.ts'
import type { Host } from './host.ts'
import { type JudgedFeature, judgeVersions, type PolicyFlags, policyFlags } from './judge-versions.ts'
import { casesOfRuns } from './measured.ts'
import { type LoadedProject, openProject } from './open-project.ts'
import { present } from './present.ts'
import { reportHead } from './report-head.ts'
import { reproduction } from './reproduction.ts'
import { showProgress } from './run-progress.ts'
import { openSession } from './session.ts'
import { setAside, withSetAside } from './set-aside.ts'

export interface GateOptions extends ScopeOptions, PolicyFlags, GuardFlags {
  suite?: string
  concurrency: number
  budgetUsd?: number
  reportDir?: string
  json?: boolean
}

/** `sluice gate`: every affected feature against its baseline and its threshold. */
export async function gate(options: GateOptions, host: Host): Promise<number> {
  const project = await openProject(host, (prompt, suite) => suite === chooseSuite(prompt, options.suite))
  const scope = await gateScope(project, options, host)
  const affected = scope.affected.map(({ prompt }) => prompt)
  const judgeable = setAside(affected, scope.base, host)
  requireSuites(judgeable.prompts, options.suite)
  const guarded = await guardMeasure(project, scope, options, host)
  const session = openSession(guarded.project, { command: 'gate', ...options }, host)
  const progress = showProgress(session, host)
  try {
    const judged: JudgedFeature[] = []
    for (const prompt of judgeable.prompts) {
      const { prompt: baseline, note } = baselineOf(prompt, scope.base, project.config)
      const { candidate, project: judgedIn, notes, blocked } = await guarded.feature(prompt)
      const versions = { candidate, baseline, suite: options.suite, notes: note ? [note, ...notes] : notes }
      const context = { project: judgedIn, session, progress, flags: options, host }
      judged.push(withoutPass(await judgeVersions(versions, context), blocked))
    }
    progress.stop()
    const decided = combineVerdicts(judged.map(({ outcome }) => outcome.final))
    const { verdict, exitCode } = withSetAside(decided, judgeable)
    const report = {
      ...reportHead({
        ...session,
        command: 'gate',
        reproduce: reproduce(scope, options),
        git: scope.git,
        findings: [...judgeable.findings, ...guarded.findings],
      }),
      measureChanges: guarded.changes,
      verdict,
      exitCode,
      notes: scope.affected.length === 0 ? [nothingAffected(project, scope)] : [],
      features: judged.map((feature) => feature.summary),
    }
    await present(
      report,
      casesOfRuns(
        judged.map(({ run }) => run),
        session.results,
        project.config.gate,
      ),
      options,
      host,
    )
    return exitCode
  } finally {
    progress.stop()
    session.close()
  }
}

/** A measure that is not the base's, where the guard asks for it, gives no pass. */
function withoutPass(judged: JudgedFeature, blocked: readonly string[]): JudgedFeature {
  const { outcome, summary } = judged
  if (blocked.length === 0 || outcome.final.verdict === 'fail') return judged
  const message = `gate.guard is strict, and this change cannot be judged by the measure of the base commit: ${blocked.join('; ')}. Somebody who may approve it lifts the guard (docs/github.md).`
  const reasons = [{ code: 'guard', message, tag: null, case: null }, ...outcome.final.reasons]
  const exitCode = outcome.final.exitCode === 0 ? 2 : outcome.final.exitCode
  const final = { verdict: 'inconclusive' as const, strength: 'weak' as const, reasons, exitCode }
  return { ...judged, outcome: { ...outcome, final }, summary: { ...summary, ...final } }
}

function nothingAffected({ prompts }: LoadedProject, { git }: GateScope): string {
  const since = git?.base ? ` since ${git.base.slice(0, 7)}` : ''
  const names = prompts.map(({ feature }) => feature).join(', ')
  return `No feature is affected by what changed${since}: nothing was evaluated, nothing was paid. Features: ${names}. Use --all to judge them all the same.`
}

function reproduce({ git }: GateScope, { all, suite, ...flags }: GateOptions): string {
  return reproduction(['gate'], {
    '--all': all,
    '--base': git?.base?.slice(0, 12),
    '--changed-files': flags.changedFiles,
    '--suite': suite,
    ...policyFlags(flags),
    '--guard': flags.guard,
  })
}
