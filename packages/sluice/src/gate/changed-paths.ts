import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { RunGit } from './git-process.ts'
import { gitIn } from './git-process.ts'

/** A file as the index has it. */
interface IndexEntry {
  /** `H` for most; lower case and `S` for files that git was told not to look at. */
  tag: string
  mode: string
  oid: string
  path: string
}

const submoduleMode = '160000'
const linkMode = '120000'

/**
 * Paths that differ between a commit and the working tree at `root`, untracked ones included, sorted. A submodule is
 * named itself where it stands at another commit, which changes all of it, and by its files where those differ.
 */
export async function changedPaths(root: string, env: NodeJS.ProcessEnv, commit: string): Promise<string[]> {
  const git = gitIn(root, env)
  const [tracked, untracked, index, before] = await Promise.all([
    git.records(
      'diff',
      '--name-only',
      '--no-renames',
      '--no-ext-diff',
      '--ignore-submodules=dirty',
      '-z',
      commit,
      '--',
    ),
    git.records('ls-files', '--others', '--exclude-standard', '-z'),
    indexOf(git),
    submodulesAt(git, commit),
  ])
  const after = new Map(index.filter(({ mode }) => mode === submoduleMode).map(({ path: place, oid }) => [place, oid]))
  const places = [...new Set([...before.keys(), ...after.keys()])]
  const inSubmodules = places.map((place) =>
    changedInSubmodule(place, { root, env, before: before.get(place), after: after.get(place) }),
  )
  const all = [
    ...tracked.filter((file) => !places.includes(file)),
    ...untracked.map((file) => file.replace(/\/$/, '')),
    ...(await unwatched(git, root, commit, index)),
    ...(await Promise.all(inSubmodules)).flat(),
  ]
  return [...new Set(all)].sort()
}

async function indexOf(git: RunGit): Promise<IndexEntry[]> {
  const records = await git.records('ls-files', '-v', '--stage', '-z')
  return records.flatMap((record) => {
    const [, tag = '', mode = '', oid = '', place = ''] = /^(\S) (\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(record) ?? []
    return place === '' ? [] : [{ tag, mode, oid, path: place }]
  })
}

async function submodulesAt(git: RunGit, commit: string): Promise<Map<string, string>> {
  const records = await git.records('ls-tree', '-r', '-z', '--full-tree', commit)
  return new Map(
    records.flatMap((record) => {
      const [, oid = '', place = ''] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(record) ?? []
      return place === '' ? [] : [[place, oid] as const]
    }),
  )
}

interface Submodule {
  root: string
  env: NodeJS.ProcessEnv
  /** Its commit then, and the one that the index has now. */
  before: string | undefined
  after: string | undefined
}

async function changedInSubmodule(place: string, { root, env, before, after }: Submodule): Promise<string[]> {
  if (before === undefined || before !== after) return [place]
  const folder = path.join(root, place)
  const entries = await readdir(folder).catch((): string[] => [])
  if (!entries.includes('.git')) return entries.length > 0 ? [place] : []
  if ((await gitIn(folder, env).text('rev-parse', 'HEAD')) !== before) return [place]
  return (await changedPaths(folder, env, before)).map((file) => `${place}/${file}`)
}

/** Files that git was told to take as unchanged (assume-unchanged, skip-worktree), and that are not. */
async function unwatched(git: RunGit, root: string, commit: string, index: readonly IndexEntry[]): Promise<string[]> {
  const flagged = index.filter(({ tag }) => tag === 'S' || tag !== tag.toUpperCase())
  if (flagged.length === 0) return []
  const records = await git.records('ls-tree', '-r', '-z', '--full-tree', commit)
  const then = new Map(
    records.flatMap((record) => {
      const [, oid = '', place = ''] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(record) ?? []
      return place === '' ? [] : [[place, oid] as const]
    }),
  )
  const changed: string[] = []
  for (const { tag, mode, path: place } of flagged) {
    const isThere = await lstat(path.join(root, place)).then(
      (entry) => entry.isFile(),
      () => false,
    )
    // A sparse checkout leaves such files out; what is not on disk there is not deleted.
    if (!isThere && tag.toUpperCase() === 'S') continue
    // Nothing can be hashed in place of a link; it counts as changed.
    const oid = isThere && mode !== linkMode ? await git.text('hash-object', '--', place) : undefined
    if (oid === undefined || oid !== then.get(place)) changed.push(place)
  }
  return changed
}
