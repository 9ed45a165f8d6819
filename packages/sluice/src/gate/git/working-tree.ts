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
  const lists = once(() => listsOf(git))
  return {
    root,
    env,
    git,
    ...objectsOf(git),
    index: async () => (await lists(undefined)).index,
    untracked: async () => (await lists(undefined)).untracked,
  }
}

/** Both lists from one process. */
async function listsOf(git: RunGit): Promise<{ index: IndexEntry[]; untracked: string[] }> {
  const records = await git.records('ls-files', '-v', '--stage', '--others', '--exclude-standard', '-z')
  const index = records.flatMap((record) => {
    const [, tag = '', mode = '', oid = '', place = ''] = /^([^?]) (\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(record) ?? []
    return place === '' ? [] : [{ tag, kind: kinds[mode] ?? 'file', oid, path: place }]
  })
  const untracked = records.filter((record) => record.startsWith('? ')).map((record) => record.slice('? '.length))
  return { index, untracked }
}
