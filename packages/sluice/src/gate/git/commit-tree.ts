import path from 'node:path'
import type { Git } from './git.ts'
import type { Objects, TreeEntry } from './objects.ts'

/** A file system made of a commit, with its submodules in their places. Paths are relative to the repository's root. */
export interface CommitTree {
  commit: string
  /** Everything but what lies inside of submodules; a submodule is one entry. */
  entries(): readonly TreeEntry[]
  /** The paths of the entries. */
  paths(): string[]
  /** Undefined where there is no file, after links are followed. */
  read(file: string): Promise<Uint8Array | undefined>
  isFile(file: string): Promise<boolean>
  /** Whether there is anything at a path: a file, a link, a folder, a submodule. */
  has(place: string): Promise<boolean>
  /** What lies in a folder, links followed to reach it; nothing where there is none. */
  children(folder: string): Promise<{ name: string; kind: 'file' | 'link' | 'folder' }[]>
}

type Repository = Objects & Pick<Git, 'submodule'>

interface Node extends TreeEntry {
  repository: Repository
  /** The path of the submodule that it stands in, `''` or ending in a slash. */
  mount: string
}

/** Linux follows so many links in a row. */
const mostLinks = 40

/** Reads the list of files of a commit; a submodule is opened when something in it is asked for. */
export async function openTree(git: Git, commit: string): Promise<CommitTree> {
  const nodes = new Map<string, Node>()
  const names = new Map<string, Set<string>>([['.', new Set()]])
  const mounted = new Map<string, Promise<void>>()

  const add = async (repository: Repository, at: string, mount: string) => {
    for (const entry of await repository.tree(at)) {
      const place = mount + entry.path
      nodes.set(place, { ...entry, repository, mount })
      for (let below = place; below !== '.'; below = path.posix.dirname(below)) {
        const folder = path.posix.dirname(below)
        const known = names.get(folder) ?? new Set()
        if (known.has(path.posix.basename(below))) break
        names.set(folder, known.add(path.posix.basename(below)))
      }
    }
  }
  const enter = (place: string, { repository, mount, oid }: Node) => {
    const entered =
      mounted.get(place) ??
      repository.submodule(place.slice(mount.length), oid).then((inner) => add(inner, oid, `${place}/`))
    mounted.set(place, entered)
    return entered
  }

  /** The path without links, and what is there; undefined for nothing, and for what lies outside of the repository. */
  const find = async (file: string, links = 0): Promise<{ at: string; node: Node | undefined } | undefined> => {
    let at = '.'
    const parts = path.posix
      .normalize(file)
      .split('/')
      .filter((part) => part !== '.' && part !== '')
    for (const [index, part] of parts.entries()) {
      if (part === '..') return undefined
      const next = path.posix.join(at, part)
      const node = nodes.get(next)
      if (node?.kind === 'link') {
        const target = await targetOf(node, at)
        if (target === undefined || links === mostLinks) return undefined
        return find(path.posix.join(target, ...parts.slice(index + 1)), links + 1)
      }
      if (node?.kind === 'submodule') await enter(next, node)
      else if (node === undefined ? !names.has(next) : index < parts.length - 1) return undefined
      at = next
    }
    return { at, node: nodes.get(at) }
  }
  const targetOf = async ({ oid, repository }: Node, folder: string) => {
    const target = Buffer.from(await repository.blob(oid)).toString('utf8')
    if (!path.posix.isAbsolute(target)) return path.posix.join(folder, target)
    const inside = path.posix.relative(git.root, target)
    return inside.startsWith('..') ? undefined : inside
  }

  await add(git, commit, '')
  const entries = await git.tree(commit)
  const paths = entries.map(({ path: file }) => file)
  return {
    commit,
    entries: () => entries,
    paths: () => paths,
    async read(file) {
      const node = (await find(file))?.node
      return node?.kind === 'file' ? node.repository.blob(node.oid) : undefined
    },
    isFile: async (file) => (await find(file))?.node?.kind === 'file',
    async has(place) {
      if (nodes.has(place)) return true
      const at = (await find(place))?.at
      return at !== undefined && at !== '.'
    },
    async children(folder) {
      const at = (await find(folder))?.at
      const found = at === undefined ? [] : [...(names.get(at) ?? [])]
      return found.sort().map((name) => {
        const kind = nodes.get(path.posix.join(at ?? '.', name))?.kind
        return { name, kind: kind === 'file' || kind === 'link' ? kind : 'folder' }
      })
    },
  }
}
