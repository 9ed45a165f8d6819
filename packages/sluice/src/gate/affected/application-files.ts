import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import picomatch from 'picomatch'
import { matcherOf, workspaceFiles } from '../../core/providers/targets/workspace-files.ts'
import { projectFolder, type Target } from '../../core/suite/prompt/target.ts'
import { filesOfPath } from '../../core/suite/prompt/target-paths.ts'
import { errorMessage } from '../../errors.ts'
import type { CodeFiles, CodePlace, FeaturePart } from './code-files.ts'
import { documentationOf } from './documentation.ts'
import { entryAt, linkOrEntryAt, realOf } from './file-entry.ts'
import { isWithin, lockfilesOf, packageAround } from './packages.ts'

/** Where an application lies. */
export interface ApplicationPlace extends Pick<CodePlace, 'root' | 'filesBelow'> {
  /** The folder of sluice.yaml, as it is written. */
  project: string
  /** Files of the project on disk that match a glob, relative to its folder; those that git does not have too. */
  list(glob: string): Promise<string[]>
}

/** What makes up an application cannot be told to the end, for these reasons. */
type Unknown = string[]

/**
 * Collects what an application is made of: what `target.paths` names or, by default, its package with what that imports
 * from elsewhere, without its documentation.
 */
export async function addApplication(target: Target, code: CodeFiles, place: ApplicationPlace): Promise<Unknown> {
  const before = new Set(code.parts)
  if (target.paths === undefined) addPackages(target, code, place)
  const added = () => code.parts.filter((part) => !before.has(part))
  const unknown = target.paths === undefined ? [] : await addPaths(target, target.paths, code, place)
  addLinks(added(), code, place)
  if (target.paths === undefined && !isForeignProgram(target, place.root)) {
    const isDocumentation = documentationOf(added(), place)
    for (const part of added()) if (part.kind === 'folder') part.leavesOut = isDocumentation
  }
  return [...unknown, ...(await addWorkspace(target, code, place))]
}

/**
 * The files that each case finds in its folder, documentation included: those that are there now, since git may not
 * know them, and those that were.
 */
async function addWorkspace(target: Target, code: CodeFiles, place: ApplicationPlace): Promise<Unknown> {
  if (target.kind !== 'command' || !target.workspace) return []
  const { folder, files: patterns, leftOut = [] } = target.workspace
  const { root, project, filesBelow } = place
  const as = 'workspace'
  const base = path.join(project, folder)
  const matchers = leftOut.map(matcherOf)
  const real = realOf(base)
  // A program that reads such a file outside of its workspace has it as part of its package, or of its paths.
  const leavesOut = (file: string) => {
    const place = path.relative(real, path.join(root, file)).replaceAll(path.sep, '/')
    return matchers.some((matches) => matches(place))
  }
  for (const pattern of patterns) {
    const { isGlob } = picomatch.scan(pattern)
    code.add({ kind: 'pattern', path: base, glob: isGlob ? pattern : `{${pattern},${pattern}/**}`, as, leavesOut })
  }
  try {
    const { files, links } = await workspaceFiles({ ...target.workspace, root: project })
    const unknown: Unknown = []
    const inGit = new Set(filesBelow(root))
    for (const file of [...files.keys(), ...links.keys()].map((each) => path.join(base, each))) {
      // A hash that others may read would tell whether a guess of its values is right.
      if (/^\.env/.test(path.basename(file)) && !inGit.has(file))
        unknown.push(`${name(root, file)} (${as}) is not in git and may hold secrets, so it is not looked at`)
      else if (entryAt(file)?.isFile()) code.add({ kind: 'file', path: file, as })
    }
    return unknown
  } catch (error) {
    return [errorMessage(error)]
  }
}

/** Whether a program is run that the project does not hold, e.g. an agent, which reads whatever it finds. */
export function isForeignProgram(target: Target, root: string): boolean {
  const isRun = target.kind === 'command' || (target.kind === 'http' && target.start !== undefined)
  return isRun && target.paths === undefined && namedFiles(target, root).length === 0
}

/** Files and folders of the repository that the command line of a target names. */
function namedFiles(target: Target, root: string): string[] {
  if (target.kind === 'module') return [target.file]
  const command = target.kind === 'command' ? target.command : (target.start?.command ?? [])
  if (target.kind === 'command' && target.workspace) {
    const { root: project, folder, cwd } = target.workspace
    const words = command.map((word) => word.replaceAll(projectFolder, project))
    return scriptsNamed(words, path.join(project, folder, cwd), root)
  }
  return target.cwd === undefined ? [] : scriptsNamed(command, target.cwd, root)
}

function addPackages(target: Target, code: CodeFiles, { root, project }: ApplicationPlace): void {
  const around = (place: string) => packageAround(existsSync(place) ? realpathSync(place) : place, root)
  if (target.kind === 'module') {
    code.addModule(target.file, 'application')
    code.addPackage(around(target.file), 'application: the package around the module')
    return
  }
  code.addPackage(around(project), 'application: the package around sluice.yaml')
  const folder = target.cwd === undefined || !existsSync(target.cwd) ? root : realpathSync(target.cwd)
  // A command such as `npm start` names no file, and runs what lies in its folder.
  if (folder !== root && isWithin(folder, root))
    code.addPackage(around(folder), 'application: the package around its folder')
  for (const place of namedFiles(target, root)) {
    if (entryAt(place)?.isFile()) code.addModule(place, 'application: named by the command')
    code.addPackage(around(place), 'application: the package around what the command names')
  }
}

/** By-products of programs, which git ignores and which decide nothing. */
const byProduct = /(?:^|\/)(?:__pycache__\/|\.DS_Store$|sluice-report\/)|\.py[co]$/

async function addPaths(
  target: Target,
  globs: readonly string[],
  code: CodeFiles,
  { root, project, filesBelow, list }: ApplicationPlace,
): Promise<Unknown> {
  const unknown = new Set<string>()
  const known = new Set(filesBelow(root))
  for (const file of namedFiles(target, root).filter((place) => entryAt(place)?.isFile()))
    code.add({ kind: 'file', path: file, as: 'application: what is called' })
  for (const glob of globs) {
    const as = `application: ${glob} of target.paths`
    const { isGlob, base, glob: inside } = picomatch.scan(glob)
    const folder = path.resolve(project, base)
    const isFolder = !isGlob && entryAt(folder)?.isDirectory() === true
    if (isGlob) code.add({ kind: 'pattern', path: folder, glob: inside, as })
    else code.add({ kind: isFolder ? 'folder' : 'file', path: folder, as })
    const found = await filesOfPath(glob, { list })
    for (const file of found.map((each) => path.resolve(project, each))) {
      const isKnown = known.has(file) || (existsSync(file) && known.has(realpathSync(file)))
      if (isKnown || byProduct.test(file)) continue
      unknown.add(`${name(root, file)} (${as}) is not in git, so nothing tells whether it changed`)
    }
  }
  for (const file of lockfilesOf(packageAround(project, root), root))
    code.add({ kind: 'file', path: file, as: 'what others provide' })
  return [...unknown]
}

/** What a symbolic link in an application leads to is read as well, and so is what a link in there leads to. */
function addLinks(parts: readonly FeaturePart[], code: CodeFiles, { filesBelow }: ApplicationPlace): void {
  const followed = new Set<string>()
  const waiting = [...parts]
  for (const part of waiting) {
    if (part.kind !== 'folder' && part.kind !== 'pattern') continue
    const matches = part.glob === undefined ? () => true : picomatch(part.glob)
    const folder = realOf(part.path)
    for (const file of filesBelow(folder)) {
      if (!matches(path.relative(folder, file)) || !linkOrEntryAt(file)?.isSymbolicLink()) continue
      const kind = entryAt(file)?.isDirectory() ? 'folder' : 'file'
      const linked: FeaturePart = { kind, path: file, as: `${part.as.replace(linkWords, '')}${linkWords}` }
      code.add(linked)
      if (!followed.has(realOf(file))) waiting.push(linked)
      followed.add(realOf(file))
    }
  }
}

const linkWords = '; a symbolic link'

function name(root: string, file: string): string {
  return path.relative(root, file).replaceAll(path.sep, '/')
}

/** What a command line names, modules of Python included: `python -m checks.tone` means `checks/tone.py`. */
export function scriptsNamed(command: readonly string[], cwd: string, root: string): string[] {
  const modules = command.flatMap((word, index) => {
    const file = word.replaceAll('.', '/')
    return command[index - 1] === '-m' ? [`${file}.py`, `${file}/__main__.py`] : []
  })
  return placesNamed([...command, ...modules], cwd, root)
}

/**
 * Words of a command line that name files or folders, also inside of a line for a shell; a program elsewhere on the
 * machine is none of the project's.
 */
function placesNamed(command: readonly string[], cwd: string, root: string): string[] {
  const words = command.flatMap((word) => [word, ...word.split(/[\s=;|&<>()'"`]+/)])
  return [...new Set(words)]
    .filter((word) => word !== '' && (!path.isAbsolute(word) || isWithin(word, root)))
    .map((word) => path.resolve(cwd, word))
    .filter((place) => isWithin(place, root) && entryAt(place) !== undefined)
}
