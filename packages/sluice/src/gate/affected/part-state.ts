import { readlinkSync } from 'node:fs'
import path from 'node:path'
import picomatch from 'picomatch'
import type { CommitTree } from '../git/commit-tree.ts'
import type { FeaturePart } from './code-files.ts'
import { entryAt, linkOrEntryAt } from './file-entry.ts'
import { isWithin } from './packages.ts'

/** What is known to differ from the base. */
export interface Changes {
  /** The folder of the repository, or of a project outside of any; absolute, without links. */
  root: string
  /** Relative to the root, posix. A path stands for everything below it as well. */
  paths: readonly string[]
  /** The files of the base commit; undefined where there is none. */
  base: CommitTree | undefined
}

/** Whether a part is as it was. What nothing can tell about is `unknown`, and counts as changed. */
export interface PartState {
  state: 'unchanged' | 'changed' | 'unknown' | 'absent'
  /** What changed, or why it cannot be told. */
  note: string | null
}

const shown = 3

/** Holds one part of a feature against what changed: its real path, and every symbolic link on the way to it. */
export async function partState(part: FeaturePart, changes: Changes): Promise<PartState> {
  const { root, paths, base } = changes
  const { links, real } = locate(part.path)
  const ownLinks = links.filter((link) => isWithin(link, root) && !link.split(path.sep).includes('node_modules'))
  for (const link of ownLinks.map((each) => relative(root, each))) {
    if (touching(link, paths).length > 0) return { state: 'changed', note: `the symbolic link ${link} changed` }
    const siblings = (await base?.children(path.posix.dirname(link))) ?? []
    if (base && !siblings.some(({ name }) => name === path.posix.basename(link))) return unknownTo(link)
  }
  if (!isWithin(real, root)) return { state: 'unknown', note: 'lies outside of the repository' }
  const place = relative(root, real)
  const all = part.kind === 'file' ? touching(place, paths) : below(place, paths, part)
  const leftOut = part.leavesOut ? all.filter(part.leavesOut) : []
  const changed = all.filter((file) => !leftOut.includes(file))
  if (changed.length > 0) return { state: 'changed', note: listed(changed, place) }
  const entry = entryAt(real)
  if (part.kind === 'file') {
    const wasThere = await base?.isFile(place)
    if (!entry?.isFile()) return { state: wasThere ? 'changed' : 'absent', note: wasThere ? 'is gone' : null }
    if (wasThere === false) return unknownTo(place)
  } else if (part.kind === 'folder' && entry && base && (await base.children(place)).length === 0) {
    return unknownTo(place)
  }
  return { state: 'unchanged', note: leftOut.length === 0 ? null : `documentation only: ${listed(leftOut, '')}` }
}

function unknownTo(place: string): PartState {
  return {
    state: 'unknown',
    note: `git does not know ${place}: it is not in the base commit, and not among what changed`,
  }
}

/** Changed paths that are the place, or hold it. */
function touching(place: string, paths: readonly string[]): string[] {
  return paths.filter((changed) => place === changed || place.startsWith(`${changed}/`))
}

function below(folder: string, paths: readonly string[], { kind, glob }: FeaturePart): string[] {
  const prefix = folder === '' ? '' : `${folder}/`
  const matches = kind === 'pattern' && glob !== undefined ? picomatch(glob, { dot: true }) : () => true
  const inside = paths.filter((changed) => changed.startsWith(prefix) && matches(changed.slice(prefix.length)))
  return [...touching(folder, paths), ...inside]
}

function listed(changed: readonly string[], place: string): string | null {
  const names = changed.filter((name) => name !== place)
  if (names.length === 0) return null
  const more = names.length > shown ? ` and ${names.length - shown} more` : ''
  return `${names.slice(0, shown).join(', ')}${more}`
}

export function relative(root: string, place: string): string {
  return path.relative(root, place).replaceAll(path.sep, '/')
}

/** Linux follows so many links in a row. */
const mostLinks = 40

/** Follows a path as the file system does; what does not exist is taken as it is written. */
function locate(place: string): { links: string[]; real: string } {
  const links: string[] = []
  let at = path.parse(place).root
  const rest = place.slice(at.length).split(path.sep)
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '' || part === '.') continue
    const next = path.join(at, part)
    const isLink = part !== '..' && (linkOrEntryAt(next)?.isSymbolicLink() ?? false)
    if (!isLink || links.length === mostLinks) {
      at = next
      continue
    }
    links.push(next)
    const target = readlinkSync(next)
    if (path.isAbsolute(target)) at = path.parse(target).root
    rest.unshift(...target.split(path.sep))
  }
  return { links, real: at }
}
