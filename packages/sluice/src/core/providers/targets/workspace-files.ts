import type { Dirent } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import picomatch from 'picomatch'
import type { Workspace } from '../../suite/prompt/target.ts'
import { ProviderError } from '../provider-error.ts'

/** What a workspace is filled with. Places are relative to it, posix. */
export interface WorkspaceFiles {
  /** Each file's place, and the absolute path from which it is copied. */
  files: Map<string, string>
  /** Symbolic links between what is copied: each one's place, and the place it leads to. */
  links: Map<string, string>
  /** What is not copied, with the reason. */
  refused: string[]
}

/** Entered only where a pattern names them. */
const leftOut = ['.git', 'node_modules', '.sluice']
const mostFiles = 10_000
/** How many files and folders are looked at. */
const mostEntries = 100_000

/**
 * Lists the files of a workspace as they are now. No symbolic link leads out of the copied folder.
 * @throws ProviderError `server`, fatal, if a pattern matches nothing, the folder lies outside of the project, or there
 * is too much
 */
export async function workspaceFiles(workspace: Workspace): Promise<WorkspaceFiles> {
  const { root, folder, files: patterns, leftOut } = workspace
  const base = await insideOf(root, folder)
  const found: WorkspaceFiles = { files: new Map(), links: new Map(), refused: [] }
  const links: string[] = []
  for (const pattern of patterns) {
    let matched = false
    for (const { place, isLink } of await entriesMatching(base, pattern, failure)) {
      matched = true
      if (isLink) links.push(place)
      else found.files.set(place, path.join(base, place))
    }
    if (!matched) throw failure(`files: ${pattern} matches no file in ${base}`)
  }
  if (found.files.size > mostFiles) throw failure(`files: more than ${mostFiles} files; name fewer`)
  for (const place of new Set(links)) await placeLink(place, base, found)
  if (leftOut) await leaveOut(leftOut, found)
  return found
}

/**
 * Takes files away, with the links that lead to them.
 * @throws ProviderError, fatal, if a pattern takes nothing away, or the workspace still has a copy of such a file: what
 *   is measured would then be no run without it
 */
async function leaveOut(patterns: readonly string[], { files, links }: WorkspaceFiles): Promise<void> {
  const gone = new Map<string, string>()
  for (const pattern of patterns) {
    const places = [...files.keys(), ...gone.keys(), ...links.keys()].filter(matcherOf(pattern))
    if (places.length === 0) throw failure(`without: ${pattern} matches no file of the workspace`)
    for (const place of places) {
      // A link that is gone alone would leave what it leads to under its other name.
      const source = files.get(links.get(place) ?? place)
      if (source !== undefined) gone.set(place, source)
      files.delete(place)
      links.delete(place)
    }
  }
  const kept = [...files.keys()]
  for (const [place, goal] of links)
    if (!kept.some((file) => goal === '' || file === goal || file.startsWith(`${goal}/`))) links.delete(place)
  const copy = await copyAmong(gone, files)
  if (copy) throw failure(`without: ${copy.place} is the same file as ${copy.of}, which is left out; name both`)
}

/**
 * Which places of a workspace a pattern of `without` names: a name without wildcards is that file, or all below that
 * folder.
 */
export function matcherOf(pattern: string): (place: string) => boolean {
  const plain = pattern.replace(/^\.\//, '')
  if (picomatch.scan(plain).isGlob) {
    const matches = picomatch(plain, { dot: true })
    // A second argument, such as the index that `filter` gives, would make it return an object, which is truthy.
    return (place) => matches(place)
  }
  const name = path.posix.normalize(plain).replace(/\/$/, '')
  return (place) => place === name || place.startsWith(`${name}/`)
}

/** A file with the very content of one that is gone. */
async function copyAmong(
  gone: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string>,
): Promise<{ place: string; of: string } | undefined> {
  const bySize = new Map<number, [place: string, content: Buffer][]>()
  for (const [place, source] of gone) {
    const content = await readFile(source)
    if (content.length > 0) bySize.set(content.length, [...(bySize.get(content.length) ?? []), [place, content]])
  }
  for (const [place, source] of files) {
    const alike = bySize.get((await stat(source)).size)
    if (!alike) continue
    const content = await readFile(source)
    const same = alike.find(([, other]) => other.equals(content))
    if (same) return { place, of: same[0] }
  }
  return undefined
}

async function insideOf(root: string, folder: string): Promise<string> {
  const real = await realpath(root)
  const base = await realpath(path.join(root, folder)).catch(() => undefined)
  if (base === undefined) throw failure(`files: there is no folder ${folder} in ${root}`)
  if (base !== real && !base.startsWith(real + path.sep)) throw failure(`files: ${folder} leads out of ${root}`)
  if (!(await stat(base)).isDirectory()) throw failure(`files: ${folder} is no folder; write a list: [${folder}]`)
  return base
}

/**
 * A link to something that is copied too stays a link; one to another file of the folder becomes a copy of that file.
 */
async function placeLink(place: string, base: string, { files, links, refused }: WorkspaceFiles): Promise<void> {
  const real = await realpath(path.join(base, place)).catch(() => undefined)
  const goal = real === undefined ? undefined : path.relative(base, real).replaceAll(path.sep, '/')
  if (real === undefined || goal === undefined) refused.push(`${place}, a link that leads nowhere`)
  else if (goal.split('/')[0] === '..') refused.push(`${place}, a link that leads out of the folder`)
  else if (files.has(goal) || [...files.keys()].some((file) => goal === '' || file.startsWith(`${goal}/`)))
    links.set(place, goal)
  else if (goal.split('/').some((part) => leftOut.includes(part)) || !(await stat(real)).isFile())
    refused.push(`${place}, a link to ${goal}, which is not copied`)
  else files.set(place, real)
}

/** A file, a link or something else that is no folder. */
interface Entry {
  place: string
  isLink: boolean
  isFile: boolean
}

/**
 * What matches a pattern below a folder, sorted; a name without wildcards stands for that file, or for all below that
 * folder. Links are listed and not followed, also not on the way to the pattern's first folder.
 */
export async function entriesMatching(
  base: string,
  pattern: string,
  tooMany: (fault: string) => Error,
): Promise<Entry[]> {
  const { isGlob, base: start } = picomatch.scan(pattern)
  const first = path.posix.normalize(isGlob ? start || '.' : pattern).replace(/\/$/, '')
  const link = await linkOnTheWay(base, first)
  if (link !== undefined) return [{ place: link, isLink: true, isFile: false }]
  const matches = isGlob ? picomatch(pattern.replace(/^\.\//, ''), { dot: true }) : () => true
  const named = pattern.split('/')
  const at = await lstat(path.join(base, first)).catch(() => undefined)
  if (!at) return []
  if (!at.isDirectory()) return isGlob ? [] : [{ place: first, isLink: false, isFile: at.isFile() }]
  const found: Entry[] = []
  let seen = 0
  const walk = async (folder: string) => {
    const entries: Dirent[] = await readdir(path.join(base, folder), { withFileTypes: true })
    seen += entries.length
    if (seen > mostEntries) throw tooMany(`more than ${mostEntries} files and folders to look through; name fewer`)
    for (const entry of entries) {
      const place = path.posix.join(folder, entry.name)
      if (leftOut.includes(entry.name) && !named.includes(entry.name)) continue
      if (entry.isDirectory()) await walk(place)
      else if (matches(place)) found.push({ place, isLink: entry.isSymbolicLink(), isFile: entry.isFile() })
    }
  }
  await walk(first)
  return found.sort((one, other) => (one.place < other.place ? -1 : 1))
}

/** The first part of a place that is a link. */
async function linkOnTheWay(base: string, place: string): Promise<string | undefined> {
  let at = ''
  for (const part of place.split('/')) {
    at = path.posix.join(at, part)
    if ((await lstat(path.join(base, at)).catch(() => undefined))?.isSymbolicLink()) return at
  }
  return undefined
}

/** Fatal: without its files no case can be asked. */
function failure(fault: string): ProviderError {
  return new ProviderError('server', `target: workspace: ${fault}`, { retryable: false, fatal: true })
}
