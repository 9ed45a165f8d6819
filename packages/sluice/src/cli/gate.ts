import { baselineOf } from '../gate/base/baseline.ts'
import type { Prompt } from '../suite/prompt.ts'
import { chooseSuite, requireSuites } from './choose-suite.ts'
import { type ConclusionOptions, concludeGate } from './gate-conclusion.ts'
import { explainGate } from './gate-explain.ts'
import { type GateScope, gateScope, type ScopeOptions } from './gate-scope.ts'
import { type GuardFlags, guardMeasure } from './guard-measure.ts'
import type { Host } from './host.ts'
import { type JudgedFeature, judgeVersions, type PolicyFlags, policyFlags } from './judge-versions.ts'
import { casesOfRuns } from './measured.ts'
import { type LoadedProject, openPartlySound } from './open-project.ts'
import { present } from './present.ts'
import { proveRun } from './prove-run.ts'
import { reportHead } from './report-head.ts'
import { reproduction } from './reproduction.ts'
import { showProgress } from './run-progress.ts'
import { type DestinationOptions, findNewDestinations } from './secret-destinations.ts'
import { openSession } from './session.ts'
import { earlierFaults, setAside } from './set-aside.ts'
import { requireModels } from './start-run.ts'

export interface GateOptions extends ScopeOptions, ConclusionOptions, PolicyFlags, GuardFlags, DestinationOptions {
  /** Say what is looked at, and evaluate nothing. */
  explain?: boolean
  suite?: string
  concurrency: number
  maxWait?: string
  budgetUsd?: number
  reportDir?: string
  json?: boolean
}

/** The guard's finding of a feature that is gone, which the gate names itself, with the cause. */
const featureGone = 'measure-feature'

/** `sluice gate`: every affected feature against its baseline and its threshold. */
export async function gate(options: GateOptions, host: Host): Promise<number> {
  const project = await openPartlySound(host, (prompt, suite) => suite === chooseSuite(prompt, options.suite))
  const scope = await gateScope(project, options, host)
  if (options.explain) {
    explainGate(scope, options, host)
    return 0
  }
  const destinations = findNewDestinations(project, scope.base, options, host)
  const affected = scope.features.filter((feature) => feature.affected).map(({ prompt }) => prompt)
  const judgeable = setAside(affected, host, {
    ...options,
    suiteFaults: project.suiteFaults,
    predecessorOf: ({ feature }) => scope.predecessors.get(feature)?.prompt,
  })
  requireSuites(judgeable.prompts, options.suite)
  requireModels(judgeable.prompts, project.config)
  const guarded = await guardMeasure(project, scope, options)
  const session = openSession(guarded.project, { command: 'gate', ...options }, host)
  const progress = showProgress(session, host)
  try {
    const judged: JudgedFeature[] = []
    for (const prompt of judgeable.prompts) {
      const { baseline, notes: found } = comparisonOf(prompt, scope, project)
      const { candidate, project: judgedIn, notes, blocked } = await guarded.feature(prompt)
      const versions = { candidate, baseline, suite: options.suite, notes: [...found, ...notes] }
      const context = { project: judgedIn, session, progress, flags: options, host }
      judged.push(withoutPass(await judgeVersions(versions, context), blocked))
    }
    progress.stop()
    const { findings, ...conclusion } = concludeGate({ judged, judgeable, scope }, options)
    const report = {
      ...reportHead({
        ...session,
        command: 'gate',
        reproduce: reproduce(scope, options),
        git: scope.git,
        run: proveRun(
          judged.map(({ run }) => run),
          { known: project.prompts.length, affected: affected.length },
        ),
        findings: [
          ...destinations,
          ...findings,
          ...judgeable.findings,
          ...earlierFaults(affected, project.suiteFaults),
          ...guarded.findings.filter(({ code }) => code !== featureGone),
        ],
      }),
      measureChanges: guarded.changes,
      ...conclusion,
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
    return conclusion.exitCode
  } finally {
    progress.stop()
    session.close()
  }
}

/** A measure that is not the base's, where the guard asks for it, gives no pass. */
function withoutPass(judged: JudgedFeature, blocked: readonly string[]): JudgedFeature {
  const { outcome, summary } = judged
  if (blocked.length === 0 || outcome.final.verdict === 'fail') return judged
  const message = `gate.guard is strict, and this change cannot be judged by the measure of the base commit: ${blocked.join('; ')}. Somebody who may approve it lifts the guard (docs/guard.md).`
  const reasons = [{ code: 'guard', message, tag: null, case: null }, ...outcome.final.reasons]
  const exitCode = outcome.final.exitCode === 0 ? 2 : outcome.final.exitCode
  const final = { verdict: 'inconclusive' as const, strength: 'weak' as const, reasons, exitCode }
  return { ...judged, outcome: { ...outcome, final }, summary: { ...summary, ...final } }
}

/** What a feature is compared with, and how that was found. */
function comparisonOf(prompt: Prompt, { base, missing, predecessors }: GateScope, { config }: LoadedProject) {
  const predecessor = predecessors.get(prompt.feature)
  const place = base ? { predecessor, invalid: base.invalid } : { missing: missing ?? 'There is no base commit' }
  const { prompt: baseline, note } = baselineOf(prompt, place, config)
  return { baseline, notes: [predecessor?.note, note].filter((text) => typeof text === 'string') }
}

function reproduce({ git }: GateScope, { all, suite, ...flags }: GateOptions): string {
  return reproduction(['gate'], {
    '--all': all,
    '--base': git?.base?.slice(0, 12),
    '--changed-files': flags.changedFiles,
    '--expect-features': flags.expectFeatures,
    '--allow-removed': flags.allowRemoved,
    '--suite': suite,
    ...policyFlags(flags),
    '--guard': flags.guard,
  })
}
