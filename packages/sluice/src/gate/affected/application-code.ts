import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import picomatch from 'picomatch'
import { diskFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { Target } from '../../core/suite/prompt/target.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { Git } from '../git/git.ts'
import { addApplication, isForeignProgram } from './application-files.ts'
import { collectCode, type FeaturePart } from './code-files.ts'
import { type FeaturePlace, featureFiles } from './feature-files.ts'
import { entryAt, linkOrEntryAt, realOf } from './file-entry.ts'
import { ignoredFingerprint, installedFingerprint } from './outside-git.ts'
import { isWithin } from './packages.ts'

/** What an application is made of, as hashes. */
export interface ApplicationCode {
  /** 12 hex digits over all files that are read for it, as git has them; null where none of them can be seen. */
  code: string | null
  /**
   * 64 hex digits over all that its answers depend on beside the request: its files, installed packages, variables of
   * the environment. Undefined where not all of it can be seen.
   */
  key?: string
  /** Why there is no key. */
  unseen?: string
}

/** Where an application is run. */
export interface CodeSurroundings {
  /** The folder of sluice.yaml, in the working tree or in a worktree of another commit. */
  project: string
  /** The repository around a folder as it is now, with nothing known of it yet. */
  openGit(folder: string): Promise<Git | undefined>
  /** Variables without credentials: a hash that others may read is no place for a secret. */
  plainEnv: Readonly<Record<string, string | undefined>>
  /** Whether only `code` is asked for, which takes less. */
  withoutKey?: boolean
}

/** Reads all files of an application as they are now, and gives their hash. */
export async function applicationCode(target: Target, surroundings: CodeSurroundings): Promise<ApplicationCode> {
  if (target.kind === 'http' && !target.start)
    return { code: null, unseen: 'its server is not started here, so nothing tells when its code changes' }
  const project = await realpath(surroundings.project)
  const git = await surroundings.openGit(project)
  if (!git) return { code: null, unseen: 'the project is in no git repository' }
  const { root } = git
  const all = (await git.files()).map((file) => path.join(root, file))
  const found = all.filter(isThere)
  const filesBelow = (folder: string) => (folder === root ? found : found.filter((file) => isWithin(file, folder)))
  const place = { root, filesBelow, project, list: diskFiles(project).list }
  const collected = collectCode({ ...place, projectRoot: project, references: new Map() })
  const unknown = await addApplication(target, collected, place)
  const { parts } = collected
  const seen = await contentsOf(parts, place, Object.keys(surroundings.plainEnv))
  const code = digest(seen.files.map(({ name, hash }) => [name, hash]))
  const shown = code.slice(0, 12)
  const outside = parts.find((part) => !isWithin(realOf(part.path), root))
  if (outside) return { code: shown, unseen: `${outside.path} lies outside of the repository` }
  if (unknown[0] !== undefined) return { code: shown, unseen: unknown[0] }
  const closed = all.find((place) => isClosed(place) && parts.some((part) => isWithin(place, realOf(part.path))))
  if (closed !== undefined)
    return { code: shown, unseen: `${closed} is a repository of its own, which git does not look into` }
  if (isForeignProgram(target, root))
    return { code: shown, unseen: 'its program is none of the project; target.paths names what it reads' }
  if (surroundings.withoutKey) return { code: shown }
  const searched = target.paths === undefined ? parts : parts.filter(({ path: at }) => isLink(at))
  const ignored = await ignoredFingerprint(await git.ignored(), root, searched)
  if (ignored === undefined)
    return { code: shown, unseen: 'git ignores too many files of it; target.paths names what it reads' }
  const key = digest([
    code,
    writtenTarget(target, root),
    environmentOf(target, seen.names, surroundings.plainEnv),
    await installedFingerprint(parts, target.cwd ?? project),
    ignored,
    seen.elsewhere,
    [process.version, process.platform, process.arch],
  ])
  return { code: shown, key }
}

/** 64 hex digits over the code of a prompt's checks and what that imports, as the files are now. */
export async function checkCodeHash(prompt: Prompt, place: FeaturePlace): Promise<string> {
  const { checkCode } = await featureFiles(prompt, place)
  const { files } = await contentsOf(checkCode, place, [])
  return digest(files.map(({ name, hash }) => [name, hash]))
}

function isThere(file: string): boolean {
  return entryAt(file)?.isFile() || isLink(file)
}

/** A repository within the repository that is no submodule of it: git has its folder and none of its files. */
function isClosed(place: string): boolean {
  return !isLink(place) && entryAt(place)?.isDirectory() === true && readdirSync(place).length > 0
}

function isLink(place: string): boolean {
  return linkOrEntryAt(place)?.isSymbolicLink() === true
}

interface Contents {
  files: { name: string; hash: string }[]
  /** Those variables of the environment that they name. */
  names: Set<string>
  /** Files elsewhere on the machine that they name by an absolute path, with size and time of change. */
  elsewhere: string[]
}

const absolutePath = /(?<![\w./:-])\/(?:[\w.@+-]+\/)+[\w.@+-]+/g
const largestScanned = 1 << 22

async function contentsOf(
  parts: readonly FeaturePart[],
  { root, filesBelow }: { root: string; filesBelow(folder: string): readonly string[] },
  variables: readonly string[],
): Promise<Contents> {
  const plainNames = variables.filter((name) => /^\w+$/.test(name))
  const variable = plainNames.length === 0 ? /(?!)/g : new RegExp(`\\b(?:${plainNames.join('|')})\\b`, 'g')
  const files = new Set<string>()
  for (const part of parts) for (const file of filesOfPart(part, root, filesBelow)) files.add(file)
  const hashes: Contents['files'] = []
  const names = new Set<string>()
  const named = new Set<string>()
  for (const file of [...files].sort()) {
    const content = await readFile(file)
    const name = relativeTo(root, file)
    hashes.push({ name, hash: digest(content) })
    if (content.length > largestScanned || name.includes('.github/')) continue
    const text = content.toString('latin1')
    for (const [word] of text.matchAll(variable)) names.add(word)
    for (const [place] of text.matchAll(absolutePath)) named.add(place)
  }
  return { files: hashes, names, elsewhere: [...named].sort().flatMap((place) => stampOf(place, root)) }
}

/** A file outside of the repository has a stamp: a hash of it would tell whether a guess of its secrets is right. */
function stampOf(place: string, root: string): string[] {
  const entry = isWithin(place, root) || /^\/(?:proc|sys|dev(?!\/shm))\//.test(place) ? undefined : entryAt(place)
  return entry?.isFile() ? [`${place} ${entry.size} ${entry.mtimeMs}`] : []
}

function filesOfPart(part: FeaturePart, root: string, filesBelow: (folder: string) => readonly string[]): string[] {
  if (part.kind === 'packages') return []
  if (part.kind === 'file') return entryAt(part.path)?.isFile() ? [part.path] : []
  const matches = part.glob === undefined ? () => true : picomatch(part.glob)
  const folder = realOf(part.path)
  return filesBelow(folder).filter(
    (file) => entryAt(file)?.isFile() && matches(relativeTo(folder, file)) && !part.leavesOut?.(relativeTo(root, file)),
  )
}

function relativeTo(folder: string, file: string): string {
  return path.relative(folder, file).replaceAll(path.sep, '/')
}

/** What the prompt file says of how the application is asked, with the same words wherever the repository lies. */
function writtenTarget(target: Target, root: string): unknown {
  const { timeoutMs: _, concurrency: __, root: ___, setup: ____, movedEnv: _____, ...written } = target
  const cwd = target.cwd === undefined ? null : relativeTo(root, target.cwd)
  if (target.kind === 'module') return { ...written, cwd, file: relativeTo(root, target.file) }
  if (target.kind !== 'command' || !target.workspace) return { ...written, cwd }
  // What `without` names changes nothing in a run with it; a run without it has `leftOut`.
  const { without: _without, ...workspace } = target.workspace
  return { ...written, cwd, workspace: { ...workspace, root: relativeTo(root, workspace.root) } }
}

/** Variables that libraries read. */
const wellKnown =
  /(?:_BASE_URL|_API_BASE|_ENDPOINT|_MODEL|_DEPLOYMENT|_REGION|_API_VERSION)$|^(?:LANG|LC_ALL|TZ|NODE_ENV|NODE_OPTIONS|PYTHONPATH)$/
/** Variables of the machine and of the CI job, which differ in every run. */
const ofTheRun =
  /^(?:HOME|PATH|PWD|OLDPWD|TMPDIR|TEMP|TMP|TERM|SHLVL|USER|LOGNAME|HOSTNAME|PORT|CI|_)$|^(?:GITHUB|RUNNER|CI|SLUICE|npm)_/

function environmentOf(
  { env = {} }: Target,
  names: ReadonlySet<string>,
  plain: CodeSurroundings['plainEnv'],
): Record<string, string> {
  const named = JSON.stringify(env)
  const counts = (name: string) => wellKnown.test(name) || names.has(name) || named.includes(`\${${name}}`)
  return Object.fromEntries(
    Object.entries(plain).flatMap(([name, value]) =>
      value !== undefined && counts(name) && !ofTheRun.test(name) ? [[name, value]] : [],
    ),
  )
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(value instanceof Uint8Array ? value : canonicalJson(value))
    .digest('hex')
}
