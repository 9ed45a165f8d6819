import { existsSync } from 'node:fs'
import path from 'node:path'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Target } from '../../core/suite/prompt/target.ts'
import type { RunSession } from '../run/session.ts'
import { openWorktree } from '../worktree/worktree.ts'
import type { BaseProject } from './base-project.ts'
import { linkedPackages } from './linked-packages.ts'

/**
 * The application of the base commit: where it can be asked (`target`, with a sentence for the report), that it should run
 * here and does not (`failed`), or that nothing here can run it (`absent`).
 */
export type BaseApplication =
  | { state: 'found'; target: Target; note: string }
  | { state: 'failed'; message: string }
  | { state: 'absent'; note: string }

/** What a change has of an application, and the base commit. */
export interface ApplicationPair {
  candidate: Prompt
  /** The prompt of the base commit; it has a target. */
  predecessor: Prompt
  base: BaseProject
  /** Lockfiles of the application that differ from the base commit. */
  changedLockfiles: readonly string[]
}

/**
 * Finds a way to ask the application as it was in the base commit. A program or a module is run from a worktree of that
 * commit, an HTTP server is started there, or answers at `baselineUrl`. What the base commit does not say of `setup`,
 * `start` and `baselineUrl` is taken from the change, and told.
 */
export async function baseApplication(
  pair: ApplicationPair,
  { config }: Pick<LoadedProject, 'config'>,
  session: Pick<RunSession, 'commands' | 'interrupt' | 'setupEnvironment'>,
): Promise<BaseApplication> {
  const { base } = pair
  const said = targetOfBase(pair)
  if (!said) return { state: 'absent', note: 'The baseline is a bare prompt.' }
  const { target, fromChange } = said
  const added =
    fromChange.length === 0 ? '' : ` The base commit does not say ${fromChange.join(' and ')}: this change does.`
  const commit = base.commit.slice(0, 7)
  if (target.kind === 'http' && !target.start) {
    if (target.baselineUrl === undefined) return { state: 'absent', note: unreachable }
    const { baselineUrl: url, ...rest } = target
    return {
      state: 'found',
      target: { ...rest, url },
      note: `The baseline is the application at baselineUrl; nothing here tells that it is that of ${commit}.${added}`,
    }
  }
  const present = config.root
  const then = path.join(base.repository, base.folder)
  const within = (place: string) => path.relative(base.repository, path.resolve(then, path.relative(present, place)))
  const dependence = target.setup ? undefined : dependenceOn(pair, target, present)
  if (dependence !== undefined) return { state: 'failed', message: `${failed(commit)}: ${dependence}` }
  const worktree = await openWorktree({
    repository: base.repository,
    commit: base.commit,
    store: path.join(present, '.sluice/worktrees'),
    setup: target.setup && { commands: target.setup, folder: within(target.cwd ?? present) },
    env: session.setupEnvironment(target),
    signal: session.interrupt.stop,
    mask: session.commands.mask ?? ((text) => text),
  })
  if (worktree.folder === undefined) return { state: 'failed', message: `${failed(commit)}: ${worktree.fault}` }
  const inWorktree = (place: string) => path.join(worktree.folder, within(place))
  const moved = { ...movedTarget(target, inWorktree), root: inWorktree(present) }
  const missing = missingFile(moved, worktree.folder)
  if (missing !== undefined) return { state: 'failed', message: `${failed(commit)}: it has no ${missing}` }
  return {
    state: 'found',
    target: moved,
    note: `The baseline is the application of ${commit}, run from a worktree of its own.${added}`,
  }
}

const unreachable =
  'The application of the base commit cannot be started from here: judged against the threshold alone. With target.start it is started for the gate; target.baselineUrl names where it answers.'

function failed(commit: string): string {
  return `The application of the base commit ${commit} does not run, so there is no comparison`
}

/** The target of the base commit, with what only the change says; undefined for a bare prompt. */
function targetOfBase({ candidate, predecessor }: ApplicationPair) {
  const [before, after] = [predecessor.target, candidate.target]
  if (!before) return undefined
  const fromChange: string[] = []
  const take = (name: string, value: object | undefined) => {
    if (value) fromChange.push(name)
    return value
  }
  const setup = before.setup ? undefined : take('target.setup', after?.setup && { setup: after.setup })
  if (before.kind !== 'http' || before.start || before.baselineUrl !== undefined) {
    return { target: { ...before, ...setup } as Target, fromChange }
  }
  const http = after?.kind === 'http' ? after : undefined
  const start = take('target.start', http?.start && { start: http.start, cwd: http.cwd, url: http.url })
  const url = http?.baselineUrl
  const named = start ? undefined : take('target.baselineUrl', url === undefined ? undefined : { baselineUrl: url })
  return { target: { ...before, ...setup, ...start, ...named } as Target, fromChange }
}

/** The same target with each of its places elsewhere. */
function movedTarget(target: Target, move: (place: string) => string): Target {
  const cwd = target.cwd === undefined ? {} : { cwd: move(target.cwd) }
  if (target.kind === 'module') return { ...target, ...cwd, file: move(target.file) }
  if (target.kind !== 'command' || !target.workspace) return { ...target, ...cwd }
  return { ...target, ...cwd, workspace: { ...target.workspace, root: move(target.workspace.root) } }
}

function programOf(target: Target): string {
  if (target.kind === 'module') return 'node'
  return (target.kind === 'command' ? target.command : target.start?.command)?.[0] ?? ''
}

/** Whether a target finds packages as Node does, or runs a shell that may. */
function mayRunNode(target: Target): boolean {
  return /(?:^|\/)(?:node|npx|npm|pnpm|yarn|tsx|ts-node|bun|deno|sh|bash|env)$|\.[cm]?[jt]s$/.test(programOf(target))
}

/** A file of the application that the worktree lacks, relative to it: the module, or the program where it is named by a path. */
function missingFile(target: Target, worktree: string): string | undefined {
  const isInWorkspace = target.kind === 'command' && target.workspace !== undefined
  const program = isInWorkspace ? '' : programOf(target)
  const isPath = program.includes('/') && !path.isAbsolute(program)
  const needed = [
    ...(target.kind === 'module' ? [target.file] : []),
    ...(isPath ? [path.resolve(target.cwd ?? worktree, program)] : []),
    ...(target.cwd === undefined ? [] : [target.cwd]),
  ]
  const missing = needed.find((place) => !existsSync(place))
  return missing === undefined ? undefined : path.relative(worktree, missing)
}

/**
 * Why the application of the base commit would run with code of the working tree, where no setup gives it packages of its
 * own: Node finds packages in the folders above the worktree.
 */
function dependenceOn(
  { base, changedLockfiles }: ApplicationPair,
  target: Target,
  present: string,
): string | undefined {
  const cure = 'Give it packages of its own with target.setup, e.g. setup: [npm, ci].'
  if (changedLockfiles.length > 0) return `its packages are others (${changedLockfiles.join(', ')} changed). ${cure}`
  const linked = mayRunNode(target) ? linkedPackages(target.cwd ?? present, base.repository) : []
  if (linked.length === 0) return undefined
  return `it would import ${linked.slice(0, 3).join(', ')} from the working tree, by links in node_modules. ${cure}`
}
