import type { PartlySoundProject } from '../core/suite/project/project.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite, requireSuites } from '../core/suite/prompt/suites.ts'
import type { RunFinding } from '../records/report/report.ts'
import { acceptedMeasure, keepAccepted, scoresByCase } from './base/accepted-scores.ts'
import { baseComparison } from './base/base-comparison.ts'
import { type ConclusionOptions, concludeGate } from './conclusion.ts'
import { type GuardedRun, type GuardFlags, guardMeasure } from './guard/guard-measure.ts'
import { withNeverAttacked } from './judge-attack/kept-attacks.ts'
import {
  baselineReason,
  type JudgedFeature,
  judgeVersions,
  type PolicyFlags,
  policyFlags,
  withoutPass,
} from './judge-versions.ts'
import { casesOfRuns } from './report/case-rows.ts'
import type { Reader } from './report/present.ts'
import type { FinishedRun } from './report/report-of-run.ts'
import { reproduction } from './report/reproduction.ts'
import { proveRun } from './report/run-proof.ts'
import { endFindings, endingModels } from './retirements/ending-models.ts'
import type { RunContext } from './run/session.ts'
import { requireModels } from './run/start-run.ts'
import type { GateScope, ScopeOptions } from './scope.ts'
import { type DestinationOptions, findNewDestinations } from './secrets/secret-destinations.ts'
import { earlierFaults, type Judgeable, setAside } from './set-aside.ts'
import type { VerdictReason } from './verdict/reasons.ts'

export interface GateOptions extends ScopeOptions, ConclusionOptions, PolicyFlags, GuardFlags, DestinationOptions {
  suite?: string | undefined
}

/** What a gate is going to judge, and by which measure; nothing has been asked of a model yet. */
export interface GatePlan {
  project: PartlySoundProject
  scope: GateScope
  /** What the change reaches, judgeable or not. */
  affected: Prompt[]
  judgeable: Judgeable
  guarded: GuardedRun
  /** New places that secrets go to. */
  destinations: RunFinding[]
  /** Models that end soon. */
  ends: RunFinding[]
}

/**
 * Finds all that can be said before a model is asked.
 * @throws SluiceError `invalid-input` where the gate cannot be run as it was asked for
 */
export async function planGate(
  project: PartlySoundProject,
  scope: GateScope,
  options: GateOptions,
  surroundings: Pick<Reader, 'env' | 'mask' | 'stderr'> & { today: string },
): Promise<GatePlan> {
  const destinations = findNewDestinations(project, scope.base, options, surroundings)
  const affected = scope.features.filter((feature) => feature.affected).map(({ prompt }) => prompt)
  const judgeable = setAside(affected, surroundings.stderr, {
    allowRemoved: options.allowRemoved,
    suiteFaults: project.suiteFaults,
    predecessorOf: ({ feature }) => scope.predecessors.get(feature)?.prompt,
  })
  requireSuites(judgeable.prompts, options.suite)
  requireModels(judgeable.prompts, project.config)
  const guarded = await guardMeasure(project, scope, options)
  const { today } = surroundings
  const ends = endFindings(endingModels(project.prompts, project.config, today), today)
  return { project, scope, affected, judgeable, guarded, destinations, ends }
}

/** The guard's finding of a feature that is gone, which the gate names itself, with the cause. */
const featureGone = 'measure-feature'

/** Judges every feature of the plan against its baseline and its threshold. */
export async function judgeChange(plan: GatePlan, options: GateOptions, context: RunContext): Promise<FinishedRun> {
  const { project, scope, affected, judgeable, guarded, destinations, ends } = plan
  const judged: JudgedFeature[] = []
  for (const prompt of judgeable.prompts) {
    const { baseline, notes: found, changed, unrun, ...compared } = await baseComparison(prompt, scope, context)
    const { candidate, project: judgedIn, notes, blocked } = await guarded.feature(prompt)
    const checkCode = () => scope.checkCode(prompt)
    const versions = { candidate, baseline, unrun, checkCode, suite: options.suite, notes: [...found, ...notes] }
    const inProject = { ...context, project: judgedIn, flags: options }
    const one = await judgeVersions(versions, inProject)
    const unstarted = one.run.baseline === undefined ? compared.failed : undefined
    const failed = unstarted ?? (await changed?.())
    const reasons = [...guardReasons(blocked), ...(failed === undefined ? [] : [baselineReason(failed)])]
    const feature = withoutPass(one, reasons)
    judged.push(feature)
    if (prompt.target && isAsConfigured(options))
      await keepIfAccepted(feature, scope, { ...inProject, suite: options.suite, checkCode })
  }
  const { findings, ...conclusion } = concludeGate({ judged, judgeable, scope }, options)
  const runs = judged.map(({ run }) => run)
  return {
    conclusion: {
      reproduce: reproduce(scope, options),
      git: scope.git,
      run: proveRun(runs, { known: project.prompts.length, affected: affected.length }),
      findings: [
        ...destinations,
        ...ends,
        ...findings,
        ...judgeable.findings,
        ...earlierFaults(affected, project.suiteFaults),
        ...guarded.findings.filter(({ code }) => code !== featureGone),
      ],
      measureChanges: guarded.changes,
      ...conclusion,
      features: await withNeverAttacked(
        judged.map(({ summary }) => summary),
        runs.map(({ candidate }) => candidate),
        project.config.root,
      ),
    },
    casesOf: casesOfRuns(runs, context.session.results, project.config.gate),
  }
}

/** A pass by flags that overrule the settings is none that a later change is held against. */
function isAsConfigured(options: PolicyFlags): boolean {
  return Object.values(policyFlags(options)).every((value) => value === undefined)
}

/** Keeps the scores of a version that passed on the default branch, for changes whose baseline cannot be run. */
async function keepIfAccepted(
  { run, outcome }: JudgedFeature,
  scope: GateScope,
  {
    session,
    project,
    checkCode,
    ...asked
  }: RunContext & { suite: string | undefined; checkCode: () => Promise<string> },
): Promise<void> {
  const commit = scope.git?.head
  if (outcome.final.verdict !== 'pass' || !commit || !(await scope.isDefaultBranch())) return
  const { candidate, judge, ledger, table } = run
  const suite = chooseSuite(candidate, asked.suite)
  const cases = casesOf(project.files, candidate, suite, { root: project.config.root })
  keepAccepted(session.database, {
    ...{ feature: candidate.feature, suite, at: new Date(session.startedAt).toISOString(), runId: session.runId },
    ...{ commit, version: candidate.id, measure: await acceptedMeasure(candidate, cases, checkCode) },
    judge: ledger.judgeCalls > 0 && judge ? judge.id : null,
    cases: scoresByCase(table.cases),
  })
}

/** A measure that is not the base's, where the guard asks for it. */
function guardReasons(blocked: readonly string[]): VerdictReason[] {
  if (blocked.length === 0) return []
  const message = `gate.guard is strict, and this change cannot be judged by the measure of the base commit: ${blocked.join('; ')}. Somebody who may approve it lifts the guard (docs/guard.md).`
  return [{ code: 'guard', message, tag: null, case: null }]
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
