import type { Case } from '../../core/suite/cases/case.ts'
import { allChecks } from '../../core/suite/checks/nested-checks.ts'
import type { Config } from '../../core/suite/config/config.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { requireProviders } from '../../core/suite/models/model-ids.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, leavesOutHoldout } from '../../core/suite/prompt/suites.ts'
import { targetWithout } from '../../core/suite/prompt/target.ts'
import { createCallModule } from '../tools/tool-module.ts'
import { caseHash } from './case-hash.ts'
import { createFeatureRun, type FeatureRun, type FeatureRunOptions } from './feature-run.ts'
import type { RunProgress, RunSession } from './session.ts'

export interface RunRequest {
  candidate: Prompt
  baseline?: Prompt | undefined
  suite: string
  storedBaseline?: FeatureRunOptions['storedBaseline']
  /** Only cases with one of these tags. */
  tags?: readonly string[] | undefined
  /** Whether held out cases are judged in the suite that pull requests run, too (default false). */
  withHoldout?: boolean | undefined
  /** Whether what `without` of the workspace names is measured by a run without it (default false). */
  measuresLift?: boolean
  progress: RunProgress
}

/** The models that a feature's run may call, as far as its prompt tells. */
export function modelsOf(request: Pick<RunRequest, 'candidate' | 'baseline'>, { config }: LoadedProject): string[] {
  return [...new Set([...modelsNeeded(request, config), ...judgeModels(config)])]
}

/** The models that a run calls for certain. A judge may also be needed by single cases only. */
function modelsNeeded(
  { candidate, baseline }: Pick<RunRequest, 'candidate' | 'baseline'>,
  { judge, embedding }: Config,
): string[] {
  const versions = [candidate, ...(baseline ? [baseline] : [])].flatMap(({ target, model }) => (target ? [] : model))
  const judges = judgeModels({ judge })
  const rubric = candidate.rubric.length > 0 ? judges : []
  const evaluators = candidate.choices.flatMap(({ model }) => model ?? judges)
  const embeddings = allChecks(candidate.checks).flatMap((check) =>
    check.type === 'similarity' && check.value.metric === 'embedding'
      ? (check.value.model ?? embedding?.model ?? [])
      : [],
  )
  return [...versions, ...rubric, ...evaluators, ...embeddings]
}

export function judgeModels({ judge }: Pick<Config, 'judge'>): string[] {
  return judgeMembers(judge).map(({ model }) => model)
}

/** Checks, before anything is paid for, that all features can be asked. @throws SluiceError `invalid-input` */
export function requireModels(prompts: readonly Prompt[], config: Config): void {
  const models = prompts.flatMap((candidate) => modelsNeeded({ candidate }, config))
  requireProviders(models, config.providers)
}

/** Binds a feature to the session's models, store and signals. */
export function startRun(request: RunRequest, project: LoadedProject, session: RunSession): FeatureRun {
  const { candidate, baseline, suite, progress } = request
  const { config, files } = project
  const asked = request.storedBaseline ? { candidate } : request
  const models = modelsNeeded(asked, config)
  requireProviders(models, config.providers)
  session.need(models)
  const { stop, abort } = session.interrupt
  const isShown = request.withHoldout !== true && leavesOutHoldout(candidate, suite)
  const heldOut = { leftOut: 0 }
  const suiteCases = () => casesOf(files, candidate, suite, { root: config.root })
  const without = request.measuresLift && candidate.target ? targetWithout(candidate.target) : undefined
  const run = createFeatureRun({
    candidate,
    baseline,
    ...(without && { without: { version: { ...candidate, target: without.target }, files: without.files } }),
    storedBaseline: request.storedBaseline,
    cases: () => withTags(isShown ? withoutHoldout(suiteCases(), heldOut) : suiteCases(), request.tags),
    hashOf: (testCase) => caseHash(testCase, candidate, config.root),
    heldOut,
    judge: config.judge,
    askFor: session.askFor,
    isKept: session.isKept,
    judgeModes: session.judgeModes,
    targetOf: (version, role) => version.target && session.target(version.target, version, role),
    callModule: createCallModule(config.root),
    checkDeps: { strict: candidate.strict, embeddingModel: config.embedding?.model, commands: session.commands },
    results: session.results,
    concurrency: session.concurrency,
    stop,
    signal: abort,
    suiteCases: caseCount(candidate, suite, project),
    wholeSuite: request.tags === undefined,
    onRound: progress.expect,
    onScored: (_arm, detail) => progress.scored(detail, run.ledger),
  })
  return run
}

function caseCount({ suites, inlineCases }: Prompt, suite: string, { caseCounts }: LoadedProject): number | undefined {
  const file = suites[suite]
  return file === undefined ? inlineCases.length : caseCounts.get(file)
}

/** The cases that pull requests may see; `counted` tells how many the last reading left out. */
async function* withoutHoldout(cases: AsyncIterable<Case>, counted: { leftOut: number }): AsyncGenerator<Case> {
  counted.leftOut = 0
  for await (const testCase of cases) {
    if (testCase.holdout === true) counted.leftOut += 1
    else yield testCase
  }
}

async function* withTags(cases: AsyncIterable<Case>, tags: readonly string[] | undefined): AsyncGenerator<Case> {
  for await (const testCase of cases) {
    if (!tags || testCase.tags.some((tag) => tags.includes(tag))) yield testCase
  }
}
