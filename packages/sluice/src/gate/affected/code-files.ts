import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { type CodeReferences, codeReferences } from './code-references.ts'
import { entryAt } from './file-entry.ts'
import {
  dependenciesOf,
  installedPackage,
  isWithin,
  lockfilesOf,
  namedByScript,
  namedOutside,
  packageAround,
  packageName,
} from './packages.ts'

/** Modules whose imports are found in their text. */
export const followed = /\.[cm]?[jt]sx?$/
const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']
/** TypeScript is imported under the name that it will be compiled to. */
const compiled: Record<string, string[]> = { '.js': ['.ts', '.tsx', '.jsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] }

/** Something that is read, or run, when a feature is evaluated. */
export interface FeaturePart {
  /**
   * `packages` is a folder of installed packages, which git need not have; `pattern` all files in a folder that match.
   */
  kind: 'file' | 'folder' | 'packages' | 'pattern'
  /** Absolute; symbolic links are not followed. */
  path: string
  /** What a pattern matches, relative to the folder. */
  glob?: string
  /** What it is to the feature, e.g. `prompt`, `suite fast`, `imported by app/main.ts`. */
  as: string
  /** Which files of a folder or a pattern decide nothing; takes a path relative to the root. */
  leavesOut?: (file: string) => boolean
}

/** Collects code that is run for a feature, each file and package once. */
export interface CodeFiles {
  /** A module and whatever it imports, as far as its text tells; where that is not far enough, its whole package. */
  addModule(file: string, as: string): void
  /** A part as it is; nothing in it is followed. */
  add(part: FeaturePart): void
  /** A whole package, the packages beside it that it uses, and the lockfiles above it. */
  addPackage(folder: string, as: string): void
  parts: FeaturePart[]
}

export interface CodePlace {
  /** The folder of the repository, beyond which nothing is searched. Absolute, without links. */
  root: string
  /** The project's folder, which code of checks runs in. */
  projectRoot: string
  /** Files below a folder as git has them, without ignored ones; absolute. */
  filesBelow(folder: string): readonly string[]
  /** What modules say, by their paths; kept, since features may share code. */
  references: Map<string, CodeReferences>
}

export function collectCode({ root, projectRoot, filesBelow, references }: CodePlace): CodeFiles {
  const parts: FeaturePart[] = []
  const seen = new Set<string>()
  const packages = new Set<string>()
  let workspaces: Map<string, string> | undefined

  const isCovered = (file: string) => [...packages].some((folder) => isWithin(file, folder))
  const add = (part: FeaturePart) => {
    const key = `${part.kind} ${part.path}`
    if (!seen.has(key)) parts.push(part)
    seen.add(key)
  }
  const addLocks = (folder: string) => {
    for (const file of lockfilesOf(folder, root)) add({ kind: 'file', path: file, as: 'what others provide' })
  }
  const workspaceOf = (name: string): string | undefined => {
    workspaces ??= new Map(
      filesBelow(root)
        .filter((file) => path.basename(file) === 'package.json')
        .map((file) => [packageName(path.dirname(file)) ?? '', path.dirname(file)]),
    )
    return workspaces.get(name)
  }

  const addDependency = (name: string, from: string, as: string): boolean => {
    const installed = installedPackage(name, from, root)
    const own = workspaceOf(name)
    if (own !== undefined) addPackage(own, as)
    if (installed === undefined) return own !== undefined
    if (!path.relative(root, installed).split(path.sep).includes('node_modules')) addPackage(installed, as)
    // Packages of others may be kept in git as well; where they are ignored, the lockfile tells.
    else add({ kind: 'packages', path: installed, as })
    return true
  }

  const addPackage = (folder: string, as: string) => {
    if (packages.has(folder) || isCovered(folder)) return
    packages.add(folder)
    add({ kind: 'folder', path: folder, as })
    addLocks(folder)
    for (const place of namedOutside(folder)) addNamed(place, `${as}; named by ${path.relative(root, folder) || '.'}`)
    for (const name of dependenciesOf(folder)) addDependency(name, folder, `package ${name}, which it uses`)
    for (const file of filesBelow(folder)) {
      if (followed.test(file)) follow(file)
      for (const place of namedByScript(file, [folder, projectRoot]))
        addNamed(place, `named by ${path.relative(root, file)}`)
    }
  }
  const addNamed = (place: string, as: string) => {
    if (isCovered(place)) return
    if (!entryAt(place)?.isDirectory()) addModule(place, as)
    // A manifest that names the folder above it means a place to look from, not a package.
    else if (place === packageAround(place, root)) addPackage(place, as)
    else if (!isWithin(root, place)) add({ kind: 'folder', path: place, as })
  }

  const addModule = (file: string, as: string) => {
    add({ kind: 'file', path: file, as })
    follow(file)
  }
  const follow = (named: string) => {
    if (!entryAt(named)?.isFile()) return
    const file = realpathSync(named)
    if (seen.has(`follow ${file}`) || !followed.test(file) || !isWithin(file, root)) return
    seen.add(`follow ${file}`)
    const found = references.get(file) ?? codeReferences(readFileSync(file, 'utf8'))
    references.set(file, found)
    const { specifiers, isOpen, reach } = found
    const by = path.relative(root, file)
    for (const specifier of specifiers)
      if (!refer(specifier, file, by)) addPackage(packageAround(file, root), `around ${by}`)
    if (isOpen) addPackage(packageAround(file, root), `around ${by}, which reads files or loads code by computed names`)
    for (const up of reach.beside) addReached(path.resolve(path.dirname(file), up), by)
    for (const name of reach.named) addReached(path.resolve(projectRoot, name), by)
  }
  /** Where a module may read beyond its package. A name without a place of its own may be any text. */
  const addReached = (named: string, by: string) => {
    const place = isWithin(root, named) ? root : named
    const entry = entryAt(place)
    if (isCovered(place) || !isWithin(place, root)) return
    const as = `where ${by} may read`
    if (entry?.isDirectory()) {
      add({ kind: 'folder', path: place, as })
      for (const file of filesBelow(place)) follow(file)
    } else if (entry || path.extname(place) !== '') addModule(place, as)
  }
  /** False where nothing tells what is meant. */
  const refer = (specifier: string, file: string, by: string): boolean => {
    if (/^(?:data|https?|npm|jsr):/.test(specifier)) return true
    const place = specifier.replace(/^file:\/\//, '').replace(/[?#].*$/s, '')
    if (/^\.{0,2}\//.test(place) || place === '.' || place === '..') {
      for (const candidate of candidatesOf(path.resolve(path.dirname(file), place))) {
        if (!isCovered(candidate)) addModule(candidate, `imported by ${by}`)
      }
      return true
    }
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
    addLocks(packageAround(file, root))
    add({ kind: 'file', path: path.join(packageAround(file, root), 'package.json'), as: `how ${by} finds packages` })
    return addDependency(name, path.dirname(file), `package ${name}, imported by ${by}`)
  }
  return { parts, add, addModule, addPackage }
}

/**
 * The files that a path in an import may mean. Those that do not exist count too: one of them may have been deleted.
 */
function candidatesOf(place: string): string[] {
  const extension = path.extname(place)
  const stem = place.slice(0, place.length - extension.length)
  const named = [place, ...(compiled[extension] ?? []).map((other) => stem + other)]
  if (entryAt(place)?.isFile()) return named
  return [
    ...named,
    ...extensions.map((other) => place + other),
    ...extensions.map((other) => path.join(place, `index${other}`)),
    path.join(place, 'package.json'),
  ]
}
