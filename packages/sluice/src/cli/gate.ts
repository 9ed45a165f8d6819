import { baselineOf } from '../gate/baseline.ts'
import { combineVerdicts } from '../gate/verdict.ts'
import { chooseSuite, requireSuites } from './choose-suite.ts'
import { type GateScope, gateScope, type ScopeOptions } from './gate-scope.ts'
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

export interface GateOptions extends ScopeOptions, PolicyFlags {
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
  const session = openSession(project, { command: 'gate', ...options }, host)
  const progress = showProgress(session, host)
  try {
    const judged: JudgedFeature[] = []
    for (const prompt of judgeable.prompts) {
      const { prompt: baseline, note } = baselineOf(prompt, scope.base, project.config)
      const versions = { candidate: prompt, baseline, suite: options.suite, notes: note ? [note] : [] }
      judged.push(await judgeVersions(versions, { project, session, progress, flags: options, host }))
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
        findings: judgeable.findings,
      }),
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
  })
}
