import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { TreeEntry } from './objects.ts'
import { type IndexEntry, type WorkingTree, workingTree } from './working-tree.ts'

/**
 * Paths that differ between a commit and a working tree, untracked ones included, sorted. A submodule is
 * named itself where it stands at another commit, which changes all of it, and by its files where those differ.
 */
export async function changedPaths(tree: WorkingTree, commit: string): Promise<string[]> {
  const { git } = tree
  const [tracked, untracked, index] = await Promise.all([
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
    tree.untracked(),
    tree.index(),
  ])
  const after = submodulesOf(index)
  const flagged = index.filter(({ tag }) => tag === 'S' || tag !== tag.toUpperCase())
  // A submodule that only the commit has is a deleted path like any other.
  const then = after.size > 0 || flagged.length > 0 ? await tree.tree(commit) : []
  const before = submodulesOf(then)
  const places = [...new Set([...before.keys(), ...after.keys()])]
  const inSubmodules = places.map((place) =>
    changedInSubmodule(place, { tree, before: before.get(place), after: after.get(place) }),
  )
  const all = [
    ...tracked.filter((file) => !places.includes(file)),
    ...untracked.map((file) => file.replace(/\/$/, '')),
    ...(await unwatched(tree, flagged, then)),
    ...(await Promise.all(inSubmodules)).flat(),
  ]
  return [...new Set(all)].sort()
}

function submodulesOf(entries: readonly TreeEntry[]): Map<string, string> {
  return new Map(entries.filter(({ kind }) => kind === 'submodule').map(({ path: place, oid }) => [place, oid]))
}

interface Submodule {
  /** That it lies in. */
  tree: WorkingTree
  /** Its commit then, and the one that the index has now. */
  before: string | undefined
  after: string | undefined
}

async function changedInSubmodule(place: string, { tree, before, after }: Submodule): Promise<string[]> {
  if (before === undefined || before !== after) return [place]
  const folder = path.join(tree.root, place)
  const entries = await readdir(folder).catch((): string[] => [])
  if (!entries.includes('.git')) return entries.length > 0 ? [place] : []
  const inner = workingTree(folder, tree.env)
  if ((await inner.git.text('rev-parse', 'HEAD')) !== before) return [place]
  return (await changedPaths(inner, before)).map((file) => `${place}/${file}`)
}

/** Files that git was told to take as unchanged (assume-unchanged, skip-worktree), and that are not. */
async function unwatched(
  { git, root }: WorkingTree,
  flagged: readonly IndexEntry[],
  then: readonly TreeEntry[],
): Promise<string[]> {
  const before = new Map(then.map(({ path: place, oid }) => [place, oid]))
  const changed: string[] = []
  for (const { tag, kind, path: place } of flagged) {
    const isThere = await lstat(path.join(root, place)).then(
      (entry) => entry.isFile(),
      () => false,
    )
    // A sparse checkout leaves such files out; what is not on disk there is not deleted.
    if (!isThere && tag.toUpperCase() === 'S') continue
    // Nothing can be hashed in place of a link; it counts as changed.
    const oid = isThere && kind !== 'link' ? await git.text('hash-object', '--', place) : undefined
    if (oid === undefined || oid !== before.get(place)) changed.push(place)
  }
  return changed
}
