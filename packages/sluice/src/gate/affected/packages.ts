import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { entryAt } from './file-entry.ts'

/** A file of this name says that a package begins here. */
const manifests = [
  'package.json',
  'deno.json',
  'deno.jsonc',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'requirements.txt',
  'Pipfile',
  'go.mod',
  'Cargo.toml',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'composer.json',
  'Gemfile',
  'mix.exs',
  'pubspec.yaml',
]

/** What says, at the root of a package or above it, which code of others it runs with. */
const lockfiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  '.npmrc',
  '.yarnrc.yml',
  '.nvmrc',
  '.node-version',
  '.python-version',
  '.tool-versions',
  'requirements.txt',
  'Pipfile.lock',
  'poetry.lock',
  'pdm.lock',
  'uv.lock',
  'go.sum',
  'go.work',
  'go.work.sum',
  'Cargo.lock',
  'composer.lock',
  'Gemfile.lock',
  'gradle.lockfile',
  'mix.lock',
  'pubspec.lock',
]

/** Files of a package that may name folders beside it, as in `"file:../lib"` or `replace lib => ../lib`. */
const naming = [...manifests, 'go.work', 'pnpm-workspace.yaml', 'settings.gradle', 'tsconfig.json', 'jsconfig.json']

/** The package that a file or folder belongs to: the nearest folder with a manifest, at most `root`. */
export function packageAround(place: string, root: string): string {
  const start = entryAt(place)?.isDirectory() ? place : path.dirname(place)
  for (let folder = start; isWithin(folder, root); folder = path.dirname(folder)) {
    if (manifests.some((name) => existsSync(path.join(folder, name)))) return folder
    if (folder === root) break
  }
  return root
}

/** Where lockfiles of a package may lie, from its folder up to `root`. */
export function lockfilesOf(folder: string, root: string): string[] {
  const files: string[] = []
  for (let each = folder; isWithin(each, root); each = path.dirname(each)) {
    files.push(...lockfiles.map((name) => path.join(each, name)))
    if (each === root) break
  }
  return files
}

/** Whether a file says which code of others a package runs with. */
export function isLockfile(file: string): boolean {
  return lockfiles.includes(path.basename(file))
}

/** Whether a file says how packages of others are changed once they are installed. */
export function isPatch(file: string): boolean {
  return /(?:^|\/)patches\/.*\.(?:patch|diff)$/.test(file)
}

/** Whether a file says that a package begins in its folder. */
export function isManifest(file: string): boolean {
  return manifests.includes(path.basename(file))
}

/** Names under which code imports the packages that a package.json depends on. */
export function dependenciesOf(folder: string): string[] {
  const manifest = manifestOf(folder)
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((key) => {
    const names = manifest[key]
    return names !== null && typeof names === 'object' ? Object.keys(names) : []
  })
}

/** The name in package.json. */
export function packageName(folder: string): string | undefined {
  const { name } = manifestOf(folder)
  return typeof name === 'string' ? name : undefined
}

/** Files and folders outside of a package that its manifests name by a relative path. */
export function namedOutside(folder: string): string[] {
  return placesNamed(naming.map((name) => textOf(path.join(folder, name))).join('\n'), [folder])
}

const scripts =
  /\.(?:sh|bash|zsh|ps1|py|rb|pl|php|go|rs|java|kt|mk)$|(?:^|\/)(?:(?:GNU)?[Mm]akefile|[Jj]ustfile|Rakefile|Procfile)$/
const largestScript = 1 << 20

/**
 * What a script of another language names by a path that leads upwards, seen from its own folder or one that it runs
 * in.
 */
export function namedByScript(file: string, runsIn: readonly string[]): string[] {
  if (!scripts.test(file) || (entryAt(file)?.size ?? 0) > largestScript) return []
  return placesNamed(textOf(file), [path.dirname(file), ...runsIn])
}

function placesNamed(text: string, folders: readonly string[]): string[] {
  const named = [...text.matchAll(/(?<![\w./])\.\.(?:\/[^\s"'`,;()[\]{}<>*]+|(?=["'\s]))/g)]
  const places = named.flatMap(([written]) => folders.map((folder) => path.resolve(folder, written)))
  return [...new Set(places)].filter((place) => existsSync(place))
}

/** Where a package is found by its name, as Node looks for it; a link of a workspace is followed. */
export function installedPackage(name: string, from: string, root: string): string | undefined {
  for (let folder = from; isWithin(folder, root); folder = path.dirname(folder)) {
    const place = path.join(folder, 'node_modules', name)
    if (existsSync(place)) return realpathSync(place)
    if (folder === root) break
  }
  return undefined
}

export function isWithin(place: string, folder: string): boolean {
  return place === folder || place.startsWith(folder === path.sep ? folder : folder + path.sep)
}

function manifestOf(folder: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(textOf(path.join(folder, 'package.json')))
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
