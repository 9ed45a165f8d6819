import type { RunGit } from './git-process.ts'
import { once } from './once.ts'

/** What a commit holds at a path. */
export interface TreeEntry {
  kind: 'file' | 'link' | 'submodule'
  /** The id of the content; for a submodule, its commit. */
  oid: string
  path: string
}

/** The objects of a repository. */
export interface Objects {
  /** Every file of a commit; paths are relative to the root of the repository. */
  tree(commit: string): Promise<TreeEntry[]>
  /** Read once, however often it is asked for. */
  blob(oid: string): Promise<Uint8Array>
}

/** What an entry is by its mode; any other mode is that of a plain file. */
export const kinds: Record<string, TreeEntry['kind']> = { '120000': 'link', '160000': 'submodule' }

export function objectsOf(git: RunGit): Objects {
  return {
    tree: once(async (commit: string) => {
      const records = await git.records('ls-tree', '-r', '-z', '--full-tree', commit)
      return records.map((record) => {
        const [, mode = '', oid = '', at = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(record) ?? []
        return { kind: kinds[mode] ?? 'file', oid, path: at }
      })
    }),
    blob: once(readTogether(git)),
  }
}

/** Contents that are asked for at the same time come from one process. */
function readTogether(git: RunGit): Objects['blob'] {
  const alone = (oid: string) => git.bytes('cat-file', 'blob', oid)
  let waiting: { oid: string; settle(content: Promise<Uint8Array>): void }[] = []
  const read = async () => {
    const asked = waiting
    waiting = []
    const oids = [...new Set(asked.map(({ oid }) => oid))]
    const found = oids.length > 1 ? await batch(git, oids) : new Map<string, Uint8Array>()
    // What is not among them is asked for by itself, so that git's own words are about it.
    for (const { oid, settle } of asked) {
      const content = found.get(oid)
      settle(content === undefined ? alone(oid) : Promise.resolve(content))
    }
  }
  return (oid) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(read)
      waiting.push({ oid, settle: resolve })
    })
}

/** The contents as far as git has them; none of them where one is damaged. */
async function batch(git: RunGit, oids: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const output = await git.feed(`${oids.join('\n')}\n`, 'cat-file', '--batch').catch(() => Buffer.alloc(0))
  let at = 0
  for (const oid of oids) {
    const end = output.indexOf('\n', at)
    const [, type, size = ''] = output.toString('latin1', at, end).split(' ')
    at = end + 1
    if (end < 0 || type === 'missing') continue
    if (type === 'blob') found.set(oid, output.subarray(at, at + Number(size)))
    at += Number(size) + 1
  }
  return found
}
