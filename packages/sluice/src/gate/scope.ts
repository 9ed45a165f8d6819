import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { LoadedProject } from '../core/suite/project/project.ts'
import { diskFiles, type ProjectFiles } from '../core/suite/project-files.ts'
import type { Prompt } from '../core/suite/prompt/prompt.ts'
import { SluiceError } from '../errors.ts'
import { type FeatureScope, scopeOfFeature } from './affected/affected.ts'
import { checkCodeHash } from './affected/application-code.ts'
import { readChangedList } from './affected/changed-list.ts'
import type { FeaturePlace } from './affected/feature-files.ts'
import { entryAt, linkOrEntryAt } from './affected/file-entry.ts'
import type { Changes } from './affected/part-state.ts'
import { baseCommit, isBaseNamed, isDefaultBranch, unnamedChange } from './base/base-commit.ts'
import { type BaseProject, readBaseProject } from './base/base-project.ts'
import { type RemovedFeature, type Succession, succession } from './base/succession.ts'
import { type Git, NoBaseError, openGit } from './git/git.ts'
import { type GitState, gitState } from './git/git-state.ts'

export interface ScopeOptions {
  base?: string | undefined
  changedFiles?: string | undefined
  all?: boolean | undefined
}

/** Which features a gate judges, and against what. */
export interface GateScope {
  /** Every feature of the project, affected or not. */
  features: FeatureScope[]
  /** What of the things that are read for a prompt changed, where its suites come from `files`. */
  scopeOf(prompt: Prompt, files: ProjectFiles): Promise<FeatureScope>
  /** A hash of the code of a prompt's checks, and of what that imports, in the working tree. */
  checkCode(prompt: Prompt): Promise<string>
  /** Everything that the base commit says; undefined where there is none, for the reason in `missing`. */
  base: BaseProject | undefined
  /** Why there is no base, e.g. `There is no git repository`; null with one. */
  missing: string | null
  /** Which features of the base go on as which, by feature. */
  predecessors: Succession['predecessors']
  removed: RemovedFeature[]
  git: GitState | null
  /** Whether the last commit of the default branch is judged, as it is. */
  isDefaultBranch(): Promise<boolean>
  /** How many paths differ from the base; null with --all outside git. */
  changedPaths: number | null
}

/** Where the command runs. */
interface Surroundings {
  cwd(): string
  env: NodeJS.ProcessEnv
}

/** @throws SluiceError `invalid-input` where neither git nor a flag says what changed, and where git fails. */
export async function gateScope(
  project: LoadedProject,
  options: ScopeOptions,
  { cwd, env }: Surroundings,
): Promise<GateScope> {
  const { config, prompts } = project
  const git = await openGit(config.root, env)
  if (!git && !options.all && options.changedFiles === undefined) throw outsideGit(config.root)
  if (!git && options.base !== undefined) {
    throw new SluiceError('invalid-input', `--base ${options.base}: ${config.root} is not in a git repository`)
  }
  const isUnnamed = git && !options.all && options.base === undefined && options.changedFiles === undefined
  const unnamed = isUnnamed ? await unnamedChange(env) : undefined
  const isFirst = unnamed === 'firstPush'
  const commit = git && !isFirst ? await baseOrNothing(git, options, env) : undefined
  if (git && commit !== undefined && typeof unnamed === 'object') await requireChange(git, commit, unnamed.event)
  const present = { root: config.root, cwd: cwd(), env }
  const base = git && commit !== undefined ? await readBaseProject(git, commit, present) : undefined
  const changes = await changesSince(base, git, { project, options, cwd: cwd() })
  const place = await placeOf(project, git, { root: changes.root, baseFiles: base?.files })
  const features: FeatureScope[] = []
  for (const prompt of prompts) features.push(await scopeOfFeature(prompt, place, changes))
  const found = git && base && (await succession(git, base, { prompts, config, changed: changes.paths, env }))
  return {
    features: features.map((feature) => {
      if (isFirst) return { ...feature, affected: true, because: ['nothing was there before this push'] }
      return options.all ? { ...feature, affected: true } : feature
    }),
    scopeOf: (prompt, files) => scopeOfFeature(prompt, { ...place, files, suiteNeeds: new Map() }, changes),
    checkCode: (prompt) => checkCodeHash(prompt, place),
    base,
    missing: base ? null : missingBase(git, isFirst),
    predecessors: found?.predecessors ?? new Map(),
    removed: found?.removed ?? [],
    git: git ? await gitState(git, commit ?? null) : null,
    isDefaultBranch: async () => git !== undefined && isDefaultBranch(git, env),
    changedPaths: base || options.changedFiles !== undefined ? changes.paths.length : null,
  }
}

function missingBase(git: Git | undefined, isFirst: boolean): string {
  if (!git) return 'There is no git repository'
  return isFirst ? 'Nothing was there before this push' : 'There is no base commit'
}

/** A run for which nothing can have changed would be green for ever, and never have looked at anything. */
async function requireChange(git: Git, base: string, event: string): Promise<void> {
  if (base !== (await git.head()) || (await git.changedSince(base)).length > 0) return
  throw new SluiceError(
    'invalid-input',
    `CI names no change for ${event}, and HEAD has no commit that the default branch lacks: there is nothing to judge. ` +
      'Judge all features with --all, name an older commit with --base, or watch what is in production with sluice nightly.',
  )
}

/** With --all a repository that has nothing to compare with yet is no fault; one whose history is not here is. */
async function baseOrNothing(
  git: Git,
  { base, all }: ScopeOptions,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (!all || base !== undefined || (await isBaseNamed(env))) return baseCommit(git, base, env)
  if ((await git.head()) === undefined) return undefined
  return baseCommit(git, undefined, env).catch((error: unknown) => {
    if (error instanceof NoBaseError) return undefined
    throw error
  })
}

interface Asked {
  project: LoadedProject
  options: ScopeOptions
  cwd: string
}

async function changesSince(
  base: BaseProject | undefined,
  git: Git | undefined,
  { project, options, cwd }: Asked,
): Promise<Changes> {
  const root = git?.root ?? realpathSync(project.config.root)
  const tree = base?.tree
  if (options.changedFiles === undefined) {
    return { root, paths: git && base ? await git.changedSince(base.commit) : [], base: tree }
  }
  const source = `--changed-files ${options.changedFiles}`
  const content = await readFile(path.resolve(cwd, options.changedFiles)).catch((cause: Error) => {
    throw new SluiceError('invalid-input', `${source}: cannot be read: ${cause.message}`, { cause })
  })
  const isKnown = async (file: string) =>
    linkOrEntryAt(path.join(root, file)) !== undefined || ((await tree?.has(file)) ?? false)
  const paths = await readChangedList(content, { source, root, prefix: git?.prefix ?? '', isKnown })
  return { root, paths, base: tree }
}

async function placeOf(
  { config, files }: LoadedProject,
  git: Git | undefined,
  { root, baseFiles }: Pick<FeaturePlace, 'root' | 'baseFiles'>,
): Promise<FeaturePlace> {
  const found = git ? await git.files() : await diskFiles(root).list('**/*')
  let all: string[] | undefined
  const filesBelow = (folder: string) => {
    all ??= found.map((file) => path.join(root, file)).filter(isFileOrLink)
    return folder === root ? all : all.filter((file) => file.startsWith(folder + path.sep))
  }
  return {
    config,
    files,
    baseFiles,
    root,
    projectRoot: realpathSync(config.root),
    filesBelow,
    references: new Map(),
    suiteNeeds: new Map(),
  }
}

function isFileOrLink(file: string): boolean {
  return entryAt(file)?.isFile() || linkOrEntryAt(file)?.isSymbolicLink() === true
}

function outsideGit(root: string): SluiceError {
  return new SluiceError(
    'invalid-input',
    `${root} is not in a git repository, so nothing tells what changed. Run git init and commit a baseline, name the changed ` +
      'files with --changed-files, or judge every feature against the threshold with --all.',
  )
}
