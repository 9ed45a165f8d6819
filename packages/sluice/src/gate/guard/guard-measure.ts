import { type Guard, guards } from '../../core/suite/config/guard.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { providerName } from '../../core/suite/models/model.ts'
import { checkCases } from '../../core/suite/project/check-cases.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf, chooseSuite } from '../../core/suite/prompt/suites.ts'
import { type MeasureChange, type RunFinding, runFinding } from '../../records/report/report.ts'
import type { FeatureScope } from '../affected/affected.ts'
import type { BaseProject } from '../base/base-project.ts'
import { listed, measureFindings } from '../report/measure-change.ts'
import type { GateScope } from '../scope.ts'
import { configOfBase, judgedByBase } from './judged-by-base.ts'
import { measureChanges, type ProjectMeasure } from './measure-changes.ts'

export interface GuardFlags {
  guard?: Guard | undefined
  /** Who allowed the flag, in the words of the workflow. */
  approvedBy?: string | undefined
}

/** How a feature is judged under the guard. */
interface GuardedFeature {
  candidate: Prompt
  project: LoadedProject
  notes: string[]
  /** Why the base's measure cannot be used, so that no pass may be given; empty where it can or need not. */
  blocked: string[]
}

/** What the guard makes of a gate run. */
export interface GuardedRun {
  changes: MeasureChange[]
  findings: RunFinding[]
  /** The models are asked by this project: under a strict guard it has the judge and the providers of the base. */
  project: LoadedProject
  feature(prompt: Prompt): Promise<GuardedFeature>
}

interface GuardOptions extends GuardFlags {
  suite?: string | undefined
  changedFiles?: string | undefined
}

/** Compares what the change is measured by with the base commit, and says how to judge under the guard that holds. */
export async function guardMeasure(
  project: LoadedProject,
  scope: Pick<GateScope, 'base' | 'predecessors' | 'features' | 'scopeOf'>,
  { suite, changedFiles, ...flags }: GuardOptions,
): Promise<GuardedRun> {
  const { base } = scope
  const { guard, lifted } = effectiveGuard(base?.config.gate.guard, project.config.gate.guard, flags.guard)
  const liftedFindings = lifted === null ? [] : [liftedFinding(lifted, guard, flags.approvedBy)]
  const asItIs: GuardedRun = {
    changes: [],
    findings: liftedFindings,
    project,
    feature: async (prompt) => unguarded(prompt, project),
  }
  if (guard === 'off') return { ...asItIs, findings: [...liftedFindings, runFinding('guard-off', 'note', offText)] }
  if (!base) return { ...asItIs, findings: [...liftedFindings, runFinding('guard-no-base', 'note', noBaseText)] }
  const chosen = (prompt: Prompt) => chooseSuite(prompt, suite)
  const origin = (prompt: Prompt) => scope.predecessors.get(prompt.feature)?.prompt
  const scopeOf = new Map(scope.features.map((feature) => [feature.prompt, feature]))
  const changes = await measureChanges({
    base: measureOf(base),
    now: measureOf(project),
    origin,
    chosen,
    unchanged(prompt, name) {
      const feature = scopeOf.get(prompt)
      return changedFiles === undefined && feature !== undefined && isUnchanged(feature, name)
    },
    changedCode: (prompt) => scopeOf.get(prompt)?.changedChecks ?? [],
  })
  const own = ownAnswers(scope.features)
  const findings = [...liftedFindings, ...own, ...invalidAtBase(base, project), ...measureFindings(changes)]
  if (guard !== 'strict') return { ...asItIs, changes, findings }
  const strict: LoadedProject = { ...project, config: configOfBase(base.config, project.config) }
  return {
    changes,
    findings: [
      ...liftedFindings,
      ...(changes.length === 0 ? [] : [strictFinding(base)]),
      ...findings.slice(liftedFindings.length),
    ],
    project: strict,
    async feature(prompt) {
      const before = origin(prompt)
      if (!before) return unguarded(prompt, strict)
      const candidate = judgedByBase({ prompt: before, config: base.config }, { prompt, config: project.config })
      const blocked = [
        ...changes.filter((change) => change.feature === prompt.feature).flatMap(notOfTheBase),
        // The base's checks and cases name the code, whatever the present ones name.
        ...(await scope.scopeOf(candidate, base.files)).changedChecks.map(
          (file) => `the code of checks changed: ${file}`,
        ),
        ...judgeOfItsOwn(candidate, base.config, scopeOf.get(prompt)),
      ]
      const faults = await suiteFaults(candidate, chosen(before), base, strict)
      const judged = { candidate, project: { ...strict, files: base.files, caseCounts: new Map() } }
      if (faults.length > 0) return { ...unguarded(prompt, strict), blocked: [...blocked, ...faults] }
      return { ...judged, notes: newCases(changes, prompt), blocked }
    },
  }
}

function unguarded(candidate: Prompt, project: LoadedProject): GuardedFeature {
  return { candidate, project, notes: [], blocked: [] }
}

function measureOf({
  config,
  prompts,
  files,
}: {
  config: LoadedProject['config']
  prompts: Prompt[]
  files: ProjectFiles
}): ProjectMeasure {
  return { config, prompts, files, cases: (prompt, suite) => casesOf(files, prompt, suite, { root: config.root }) }
}

/** Only where git says what changed; a list that was brought along may be short of something. */
function isUnchanged({ files }: FeatureScope, suite: string): boolean {
  return files.find(({ as }) => as === `suite ${suite}`)?.state === 'unchanged'
}

/** What the base's measure would be, but cannot be had in this working tree. */
function notOfTheBase({ kind, what, after }: MeasureChange): string[] {
  if (kind === 'target') return [`${what} is another thing than in the base commit`]
  if (kind === 'provider') return [`its answers are ${after}, and no longer those of a model`]
  return []
}

/** A judge out of recordings says what the change lets it say. */
function judgeOfItsOwn(
  { rubric }: Prompt,
  { judge }: LoadedProject['config'],
  scope: FeatureScope | undefined,
): string[] {
  const recordings = judgeMembers(judge).map(({ model }) => recordingsOf + providerName(model))
  const own = scope?.files.filter(({ as, state }) => recordings.includes(as) && state !== 'unchanged') ?? []
  return rubric.length > 0 && own.length > 0
    ? [`the recordings of its judge changed: ${listed(own.map(({ path }) => path))}`]
    : []
}

async function suiteFaults(
  candidate: Prompt,
  suite: string,
  base: BaseProject,
  { config }: LoadedProject,
): Promise<string[]> {
  const file = candidate.suites[suite]
  if (file === undefined) return []
  const { diagnostics } = await checkCases(base.files, file, { root: config.root, prompt: candidate, config })
  const [first] = diagnostics.filter(({ severity }) => severity === 'error')
  return first ? [`the cases of the base do not fit: ${first.file}:${first.line}: ${first.message}`] : []
}

function newCases(changes: readonly MeasureChange[], { feature }: Prompt): string[] {
  const added = changes.filter(
    ({ kind, feature: of, after }) => kind === 'cases' && of === feature && / added: /.test(after ?? ''),
  )
  return added.map(
    ({ cases }) =>
      `${cases === 1 ? '1 case is new and was' : `${cases} cases are new and were`} not judged: under gate.guard: strict the suite is that of the base commit.`,
  )
}

/** Recordings that the change itself brought or altered, and that answer where features or the judge ask. */
function ownAnswers(features: readonly FeatureScope[]): RunFinding[] {
  const byProvider = new Map<string, Set<string>>()
  for (const { as, state, path } of features.flatMap(({ files }) => files)) {
    if (!as.startsWith(recordingsOf) || state === 'unchanged') continue
    const provider = as.slice(recordingsOf.length)
    byProvider.set(provider, (byProvider.get(provider) ?? new Set()).add(path))
  }
  return [...byProvider].map(([provider, own]) => {
    const message = `recordings that answer for ${provider} are changed by this change itself: ${listed([...own])}`
    return runFinding('own-answers', 'warning', message)
  })
}

/** How the list of what is read for a feature names them. */
const recordingsOf = 'recordings of '

function invalidAtBase({ invalid }: BaseProject, { prompts }: LoadedProject): RunFinding[] {
  return prompts
    .filter(({ file }) => invalid.includes(file))
    .map(({ file, feature }) => {
      const message = `${file} is not valid in the base commit, so whether its measure was weakened is unknown`
      return runFinding('measure-unknown', 'warning', message, { feature })
    })
}

const offText = 'gate.guard is off: whether this change weakens its own measure was not looked at.'
const noBaseText = 'There is no base commit to compare with: whether this change weakens its own measure is unknown.'

function strictFinding({ commit }: BaseProject): RunFinding {
  const text = `gate.guard is strict: judged by the measure of ${commit.slice(0, 12)} and by the stricter settings. What follows was not applied; to apply it, lift the guard (docs/guard.md)`
  return runFinding('guard-strict', 'warning', text)
}

function liftedFinding(lifted: Guard, guard: Guard, approvedBy: string | undefined): RunFinding {
  const by = approvedBy === undefined ? '' : `, approved by ${approvedBy}`
  return runFinding(
    'guard-lifted',
    'warning',
    `gate.guard is ${lifted}, and was lifted to ${guard} by the flag --guard${by}`,
  )
}

/** Which guard a run has. */
interface EffectiveGuard {
  guard: Guard
  /** What would hold without the flag, where the flag is looser. */
  lifted: Guard | null
}

/**
 * The stricter of what the base commit and the working tree say, so that no change can loosen its own guard. Only the
 * command line, which belongs to the workflow, overrules both.
 */
function effectiveGuard(base: Guard | undefined, now: Guard, flag: Guard | undefined): EffectiveGuard {
  const rank = (guard: Guard) => guards.indexOf(guard)
  const settled = base !== undefined && rank(base) < rank(now) ? base : now
  if (flag === undefined) return { guard: settled, lifted: null }
  return { guard: flag, lifted: rank(flag) > rank(settled) ? settled : null }
}
