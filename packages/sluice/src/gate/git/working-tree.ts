import { gitIn, type RunGit } from './git-process.ts'
import { kinds, type Objects, objectsOf, type TreeEntry } from './objects.ts'
import { once } from './once.ts'

/** A file as the index has it. */
export interface IndexEntry extends TreeEntry {
  /** `H` for most; lower case and `S` for files that git was told not to look at. */
  tag: string
}

/** A repository whose files are at `root`, with its lists as they were when first asked for. */
export interface WorkingTree extends Objects {
  root: string
  env: NodeJS.ProcessEnv
  git: RunGit
  index(): Promise<IndexEntry[]>
  /** Files that git neither holds nor ignores; a folder that is a repository ends in a slash. */
  untracked(): Promise<string[]>
}

export function workingTree(root: string, env: NodeJS.ProcessEnv): WorkingTree {
  const git = gitIn(root, env)
  const index = once(() => indexOf(git))
  const untracked = once(() => git.records('ls-files', '--others', '--exclude-standard', '-z'))
  return { root, env, git, ...objectsOf(git), index: () => index(undefined), untracked: () => untracked(undefined) }
}

async function indexOf(git: RunGit): Promise<IndexEntry[]> {
  const records = await git.records('ls-files', '-v', '--stage', '-z')
  return records.flatMap((record) => {
    const [, tag = '', mode = '', oid = '', place = ''] = /^(\S) (\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(record) ?? []
    return place === '' ? [] : [{ tag, kind: kinds[mode] ?? 'file', oid, path: place }]
  })
}
