import { createHash } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { errorMessage, SluiceError } from '../../errors.ts'
import { isWithin } from '../affected/packages.ts'
import { GitError, gitIn, type RunGit } from '../git/git-process.ts'
import { objectsOf, type TreeEntry } from '../git/objects.ts'
import { type Entry, isUsed, pruneWorktrees, useWorktree } from './kept-worktrees.ts'
import { runSetup, type Setup } from './setup.ts'
import { filesOfSetup, setupFilesSchema, withoutLaterFiles } from './setup-files.ts'
import { addSubmodules } from './submodules.ts'
import { withLock } from './worktree-lock.ts'

/** What a worktree is made from. */
export interface WorktreeRequest {
  /** The root of the user's repository; nothing in its working tree is touched. */
  repository: string
  commit: string
  /** What the commit holds, with a submodule as one entry; by default git is asked. */
  entries?: readonly TreeEntry[]
  /** Where worktrees are kept, e.g. `<project>/.sluice/worktrees`. */
  store: string
  /** Commands that make the application ready there; none where it runs as it is checked out. */
  setup?: Setup | undefined
  /**
   * Whether the setup is one of the commit itself (default true): another one must not change the files that git has.
   */
  isOwnSetup?: boolean
  env: NodeJS.ProcessEnv
  /** The environment of the setup in the worktree at `tree`; by default `env`. */
  setupEnv?(tree: string): NodeJS.ProcessEnv
  signal: AbortSignal
  /** Masks secrets in what a failed setup said. */
  mask(text: string): string
  /**
   * Where programs of the setup are noted, so that the next run ends them if this one is killed; by default nowhere.
   */
  processFolder?: string
  /** Told once where another run is preparing the same worktree. */
  onWait?(): void
}

/** A commit in a folder of its own, with what its setup made; or why it could not be made. */
export type Worktree =
  | {
      folder: string
      fault?: never
      /** Tracked files that are no longer what they were when it was ready, e.g. since something writes into it. */
      changed(): Promise<string[]>
    }
  | { folder?: never; fault: string }

const markerSchema = z.object({ commit: z.string(), changes: z.string(), files: setupFilesSchema })

/**
 * The commit in a folder of its own. It is kept by commit and setup, so that the next run finds it ready. What was
 * written there since the setup is removed before the next run, and it is made anew where files are no longer what they
 * were then. Two runs at once make it once. What goes wrong is told and left behind nowhere.
 */
export async function openWorktree(request: WorktreeRequest): Promise<Worktree> {
  const { commit, store, env, signal, setup, isOwnSetup = true } = request
  const key = `${commit.slice(0, 12)}-${hash(canonicalJson([setup ?? null, isOwnSetup, process.version, process.platform])).slice(0, 12)}`
  const git = gitIn(request.repository, env, ['-c', 'core.hooksPath=/dev/null'])
  // One that is in use and no longer as it was stays with who uses it: what has changed there is for that run to see.
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? key : `${key}-${count}`
    const entry: Entry = { store, name, folder: path.join(store, name) }
    try {
      await mkdir(store, { recursive: true })
      const made = await withLock(`${entry.folder}.lock`, { signal, onWait: request.onWait }, () =>
        takeOrMake(git, entry, request),
      )
      if (made) return made
    } catch (error) {
      if (error instanceof SluiceError && !(error instanceof GitError)) throw error
      // Where it cannot be removed either, the first error says why.
      await discard(git, entry, request.repository).catch(() => undefined)
      return { fault: faultOf(error) }
    }
  }
}

/** The worktree as it is ready, or newly made; undefined where a run under way uses it, and it is not as it was. */
async function takeOrMake(git: RunGit, entry: Entry, request: WorktreeRequest): Promise<Worktree | undefined> {
  const { commit, env, store } = request
  const isInUse = await isUsed(entry.folder)
  const changes = await changesIfReady(entry, { commit, env, isInUse })
  if (changes !== undefined) {
    await useWorktree(entry)
    return readyIn(entry, { commit, env, changes })
  }
  if (isInUse) return undefined
  const made = await make(git, entry, request)
  await pruneWorktrees(git, store)
  return made
}

function treeOf({ folder }: Entry): string {
  return path.join(folder, 'tree')
}

interface ReadyState {
  commit: string
  env: NodeJS.ProcessEnv
  /** `changesIn` now. */
  changes: string
}

function readyIn(entry: Entry, { commit, env, changes: before }: ReadyState): Worktree {
  const folder = treeOf(entry)
  const git = gitIn(folder, env)
  return {
    folder,
    async changed() {
      // A worktree that is gone, or is none any more, has changed as well.
      const now = await changesIn(git, commit).catch(() => undefined)
      if (now === before) return []
      const names = now === undefined ? [] : await git.records('diff', '--name-only', '-z', commit, '--')
      return names.length === 0 ? ['what its setup had made'] : names
    },
  }
}

interface KeptState {
  commit: string
  env: NodeJS.ProcessEnv
  /** What a run under way has written is its own, and stays. */
  isInUse: boolean
}

/** `changesIn` where the kept worktree is the commit with what its setup made and changed, and nothing else. */
async function changesIfReady(entry: Entry, { commit, env, isInUse }: KeptState): Promise<string | undefined> {
  const marker = await readFile(path.join(entry.folder, 'ready.json'), 'utf8').catch(() => undefined)
  if (marker === undefined) return undefined
  try {
    const known = markerSchema.parse(JSON.parse(marker))
    const tree = treeOf(entry)
    if (known.commit !== commit) return undefined
    const changes = await changesIn(gitIn(tree, env), commit)
    if (known.changes !== changes) return undefined
    return isInUse || (await withoutLaterFiles(tree, known.files)) ? changes : undefined
  } catch {
    // What cannot be read, or is no worktree any more, is made anew.
    return undefined
  }
}

/** `changesIn` where nothing differs. */
const untouched = hash('')

/** A hash of all that differs from the commit in tracked files. */
async function changesIn(git: RunGit, commit: string): Promise<string> {
  return hash(await git.bytes('diff', '--no-ext-diff', '--binary', '--ignore-submodules=none', commit, '--'))
}

/**
 * Node, npm and applications look for the root of a project upwards: by its package.json, or by folders that no
 * worktree has at first. Above this one such a search must not go on to the working tree, whose code is that of the
 * change.
 */
async function endSearches({ folder }: Entry): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), '{"private": true}\n')
  for (const name of ['.git', 'node_modules']) await mkdir(path.join(folder, name), { recursive: true })
}

async function make(git: RunGit, entry: Entry, request: WorktreeRequest): Promise<Worktree> {
  const { commit, setup, env, signal, repository, mask, processFolder } = request
  const tree = treeOf(entry)
  await discard(git, entry, repository)
  await useWorktree(entry)
  await git.bytes('worktree', 'add', '--detach', '--force', tree, commit)
  const entries = request.entries ?? (await objectsOf(git).tree(commit))
  const missing = await addSubmodules(entries, { repository, tree, env })
  if (missing !== undefined) return givenUp(git, entry, request, missing)
  const straying = strayingLink(entries, { repository, tree })
  if (straying !== undefined) return givenUp(git, entry, request, straying)
  const setupEnv = request.setupEnv?.(tree) ?? env
  await endSearches(entry)
  const fault = setup && (await runSetup(setup, { tree, env: setupEnv, signal, mask, processFolder }))
  if (fault !== undefined) return givenUp(git, entry, request, fault)
  const changes = await changesIn(gitIn(tree, env), commit)
  if (request.isOwnSetup === false && changes !== untouched) {
    const names = await gitIn(tree, env).records('diff', '--name-only', '-z', commit, '--')
    const what = names.slice(0, 3).join(', ') || 'files of a submodule'
    return givenUp(git, entry, request, `the setup of this change alters its files: ${what}`)
  }
  // Only a setup adds files to what git has.
  const tracked = setup ? await gitIn(tree, env).records('ls-files', '-z') : entries.map(({ path: file }) => file)
  const files = filesOfSetup(tree, tracked)
  await writeFile(path.join(entry.folder, 'ready.json'), JSON.stringify({ commit, changes, files }))
  return readyIn(entry, { commit, env, changes })
}

/** A symbolic link of the commit that leads to code of the working tree, as one with an absolute path does. */
function strayingLink(
  entries: readonly TreeEntry[],
  { repository, tree }: { repository: string; tree: string },
): string | undefined {
  const [outer, inner] = [realpathSync(repository), realpathSync(tree)]
  for (const { kind, path: place } of entries) {
    const at = path.join(tree, place)
    const real = kind === 'link' && existsSync(at) ? realpathSync(at) : inner
    if (isWithin(real, outer) && !isWithin(real, inner))
      return `its symbolic link ${place} leads into the working tree, to ${path.relative(outer, real)}: make it relative`
  }
  return undefined
}

async function givenUp(git: RunGit, entry: Entry, { repository }: WorktreeRequest, fault: string): Promise<Worktree> {
  await discard(git, entry, repository)
  return { fault }
}

/** Removes a worktree and what git knows of it. */
async function discard(git: RunGit, { folder }: Entry, repository: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  if (mayKnowWorktrees(repository)) await git.bytes('worktree', 'prune').catch(() => undefined)
}

/** Whether git knows worktrees beside the one at `repository`; what keeps them elsewhere may. */
function mayKnowWorktrees(repository: string): boolean {
  const kept = path.join(repository, '.git')
  const isKeptHere = existsSync(path.join(kept, 'HEAD')) && !existsSync(path.join(kept, 'commondir'))
  return !isKeptHere || existsSync(path.join(kept, 'worktrees'))
}

function faultOf(error: unknown): string {
  if (error instanceof GitError) return `git cannot check it out: ${error.gitOutput}`
  return `its folder cannot be written: ${errorMessage(error)}`
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
