import { baselineOf } from '../gate/baseline.ts'
import { combineVerdicts } from '../gate/verdict.ts'
import { chooseSuite } from './choose-suite.ts'
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
  const session = openSession(project, { command: 'gate', ...options }, host)
  const progress = showProgress(session, host)
  try {
    const judged: JudgedFeature[] = []
    for (const { prompt } of scope.affected) {
      const { prompt: baseline, note } = baselineOf(prompt, scope.base, project.config)
      const versions = { candidate: prompt, baseline, suite: options.suite, notes: note ? [note] : [] }
      judged.push(await judgeVersions(versions, { project, session, progress, flags: options, host }))
    }
    progress.stop()
    const { verdict, exitCode } = combineVerdicts(judged.map(({ outcome }) => outcome.final))
    const report = {
      ...reportHead({ ...session, command: 'gate', reproduce: reproduce(scope, options), git: scope.git }),
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
