import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Target } from '../../core/suite/prompt/target.ts'
import { shownAddress } from '../../masking/address.ts'
import { gitIn } from '../git/git-process.ts'
import type { RunSession } from '../run/session.ts'
import { openWorktree } from '../worktree/worktree.ts'
import type { BaseProject } from './base-project.ts'
import { hasPackages, linkedPackages } from './linked-packages.ts'
import { type Move, missingFile, movedEnvironment, movedTarget, programOf, wordOfChange } from './moved-target.ts'

/**
 * The application of the base commit: where it can be asked (`target`, with a sentence for the report), that it should
 * run here and does not (`failed`), or that nothing here can run it (`absent`).
 */
export type BaseApplication =
  | { state: 'found'; target: Target; note: string; changed?: () => Promise<string | undefined> }
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
  const baseTarget = targetOfBase(pair, config.root)
  if (!baseTarget) return { state: 'absent', note: 'The baseline is a bare prompt.' }
  const { target, fromChange } = baseTarget
  const added =
    fromChange.length === 0 ? '' : ` The base commit does not say ${fromChange.join(' and ')}: this change does.`
  const commit = base.commit.slice(0, 7)
  if (target.kind === 'http' && !target.start) {
    if (target.baselineUrl === undefined) return { state: 'absent', note: unreachable }
    const { baselineUrl: url, ...rest } = target
    const { target: now } = pair.candidate
    if (now?.kind === 'http' && new URL(now.url).href === new URL(url).href) {
      const message = `${failed(commit)}: target.baselineUrl is the address of the change itself, ${shownAddress(url)}`
      return { state: 'failed', message }
    }
    return {
      state: 'found',
      target: { ...rest, url },
      note: `The baseline is the application at baselineUrl; nothing here tells that it is that of ${commit}.${added}`,
    }
  }
  const { repository } = base
  const place = placesAt(base)
  const outside = [target.cwd, target.kind === 'module' ? target.file : undefined].find(
    (each) => each !== undefined && place(each).startsWith('..'),
  )
  const dependence =
    outside === undefined
      ? target.setup
        ? undefined
        : dependenceOn(pair, { ...target, cwd: target.cwd ?? config.root })
      : `${outside} lies outside of the repository, so no commit has it`
  const fail = (fault: string) => ({ state: 'failed' as const, message: `${failed(commit)}: ${fault}` })
  if (dependence !== undefined) return fail(dependence)
  const env = session.setupEnvironment(target)
  const worktree = await openWorktree({
    repository,
    commit: base.commit,
    entries: base.tree.entries(),
    store: path.join(config.root, '.sluice/worktrees'),
    setup: target.setup && { commands: target.setup, folder: place(target.cwd ?? base.config.root) },
    isOwnSetup: !fromChange.includes('target.setup'),
    env,
    setupEnv: (tree) => ({ ...env, ...movedEnvironment(env, { repository, worktree: tree }) }),
    processFolder: path.join(config.root, '.sluice/processes'),
    signal: session.interrupt.stop,
    mask: session.commands.mask ?? ((text) => text),
  })
  if (worktree.folder === undefined) return fail(worktree.fault)
  const inWorktree = (each: string) => path.join(worktree.folder, place(each))
  const move = { repository, worktree: worktree.folder, place: inWorktree }
  const moved = { ...movedTarget(target, move, env), root: inWorktree(base.config.root) }
  const unprepared = target.setup ? dependenceOn(pair, moved, move) : undefined
  if (unprepared !== undefined) return fail(unprepared)
  // Git says nothing of what lies behind a symbolic link.
  const isIgnored = (each: string) =>
    gitIn(repository, env)
      .tryText('check-ignore', '--', each)
      .then(
        (part) => part !== undefined,
        () => false,
      )
  const missing = missingFile(moved, worktree.folder) ?? (await wordOfChange(moved, move, isIgnored))
  if (missing !== undefined) {
    const there = path.join(repository, missing)
    const isBuilt = !target.setup && existsSync(there) && (await isIgnored(there))
    return fail(`it has no ${missing}${isBuilt ? ', which git ignores: target.setup has to make it there' : ''}`)
  }
  return {
    state: 'found',
    target: moved,
    note: `The baseline is the application of ${commit}, run from a worktree of its own.${added}${withoutSettings(moved, target)}`,
    async changed() {
      const files = await worktree.changed()
      if (files.length === 0) return undefined
      return `Files of the application of the base commit ${commit} were changed in its worktree while it was asked, so nothing tells which code answered: ${files.slice(0, 3).join(', ')}. What an application writes belongs into files that git ignores.`
    },
  }
}

const unreachable =
  'The application of the base commit cannot be started from here: judged against the threshold alone. With target.start it is started for the gate; target.baselineUrl names where it answers.'

function failed(commit: string): string {
  return `The application of the base commit ${commit} does not run, so there is no comparison`
}

/** Where a place of the base's target lies in the repository, relative to its root. */
function placesAt({ repository, folder, config }: BaseProject): (place: string) => string {
  const then = path.join(repository, folder)
  return (place) => path.relative(repository, path.resolve(then, path.relative(config.root, place)))
}

/** The target of the base commit, with what only the change says; undefined for a bare prompt. */
function targetOfBase({ candidate, predecessor, base }: ApplicationPair, present: string) {
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
  const then = (place = present) => path.resolve(base.config.root, path.relative(present, place))
  const start = take('target.start', http?.start && { start: http.start, url: http.url, cwd: then(http.cwd) })
  const url = http?.baselineUrl
  const named = start ? undefined : take('target.baselineUrl', url === undefined ? undefined : { baselineUrl: url })
  return { target: { ...before, ...setup, ...start, ...named } as Target, fromChange }
}

/** Whether a target finds packages as Node does, or runs a shell that may. */
function mayRunNode(target: Target): boolean {
  return /(?:^|\/)(?:node|npx|npm|pnpm|yarn|tsx|ts-node|bun|deno|sh|bash|env)$|\.[cm]?[jt]s$/.test(programOf(target))
}

/**
 * Why the application of the base commit would run with code of the working tree, where nothing gives it packages of
 * its own: Node finds packages in the folders above the worktree. `move` is where it is after its setup.
 */
function dependenceOn({ base, changedLockfiles }: ApplicationPair, target: Target, move?: Move): string | undefined {
  const cure = 'Give it packages of its own with target.setup, e.g. setup: [npm, ci].'
  const there = target.cwd ?? base.repository
  const here = move ? path.join(base.repository, path.relative(move.worktree, there)) : there
  // Packages of other languages are the business of their setup.
  const isPrepared =
    move && (!mayRunNode(target) || !hasPackages(here, base.repository) || hasPackages(there, move.worktree))
  if (changedLockfiles.length > 0 && !isPrepared)
    return `its packages are others (${changedLockfiles.join(', ')} changed). ${cure}`
  const isOwn = (name: string) => move !== undefined && hasPackages(there, move.worktree, name)
  const linked = mayRunNode(target) ? linkedPackages(here, base.repository).filter((name) => !isOwn(name)) : []
  if (linked.length === 0) return undefined
  return `it would import ${linked.slice(0, 3).join(', ')} from the working tree, by links in node_modules. ${cure}`
}

/** Says which files with settings of the working tree the baseline lacks, since git ignores them. */
function withoutSettings(moved: Target & { root: string }, { cwd }: Target): string {
  const there = moved.cwd ?? moved.root
  const names = cwd === undefined || !existsSync(cwd) ? [] : readdirSync(cwd)
  const settings = names.filter((name) => /^\.env(?:\.|$)/.test(name) && !existsSync(path.join(there, name)))
  if (settings.length === 0) return ''
  return ` It runs without ${settings.join(', ')}, which no commit has: put into target.env what both versions need.`
}
