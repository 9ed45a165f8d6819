import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { projectFolder, type Target } from '../../core/suite/prompt/target.ts'

/** The working tree that an application is written for, and the checkout of another commit in which it is to run. */
export interface Move {
  /** The root of the user's repository; absolute. */
  repository: string
  /** The root of the worktree; absolute. */
  worktree: string
  /** The place in the worktree of a place as the target has it. */
  place(place: string): string
}

/**
 * The same target in the worktree: its folders, and whatever its words and its environment name of the repository, so
 * that no absolute path leads the application of one commit to the code of another. `env` is what it gets from outside.
 */
export function movedTarget(target: Target, move: Move, env: Readonly<Record<string, string | undefined>>): Target {
  const cwd = target.cwd === undefined ? {} : { cwd: move.place(target.cwd) }
  const common = { ...cwd, movedEnv: movedEnvironment(env, move) }
  const words = (command: string[]) => command.map((word) => movedText(word, move))
  switch (target.kind) {
    case 'module':
      return { ...target, ...common, cwd: move.place(target.cwd), file: move.place(target.file) }
    case 'command':
      return {
        ...target,
        ...common,
        cwd: move.place(target.cwd),
        command: words(target.command),
        ...(target.workspace && { workspace: { ...target.workspace, root: move.place(target.workspace.root) } }),
      }
    case 'http':
      return {
        ...target,
        ...common,
        ...(target.start && { start: { ...target.start, command: words(target.start.command) } }),
      }
  }
}

/** Says where a user is at home, not where code lies. */
const notMoved = ['HOME', 'USERPROFILE']

/** The variables that name a place of the repository, with the place in the worktree. */
export function movedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  move: Omit<Move, 'place'>,
): Record<string, string> {
  const moved: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || notMoved.includes(name)) continue
    const text = movedText(value, move)
    if (text !== value) moved[name] = text
  }
  return moved
}

/**
 * The text with each path into the repository in the worktree instead, if there is such a file or folder there. What is
 * not, such as installed packages that git ignores, stays where it is.
 */
function movedText(text: string, { repository, worktree }: Omit<Move, 'place'>): string {
  const roots = [...new Set([repository, realpathSync(repository)])].filter((root) => text.includes(root))
  if (roots.length === 0) return text
  const moved = (place: string) => {
    const root = roots.find((each) => place === each || place.startsWith(each + path.sep))
    if (root === undefined) return undefined
    const there = path.join(worktree, path.relative(root, place))
    return existsSync(there) ? there : undefined
  }
  // A path as a whole, then those of a list, and then those between spaces and quotes, as in an option of a program.
  const whole = moved(text)
  if (whole !== undefined) return whole
  return text
    .split(path.delimiter)
    .map(
      (part) =>
        moved(part) ??
        part
          .split(/([\s=,;'"`]+)/)
          .map((word) => moved(word) ?? word)
          .join(''),
    )
    .join(path.delimiter)
}

/** The program of a target, as it is written; `node` for a module. */
export function programOf(target: Target): string {
  if (target.kind === 'module') return 'node'
  return commandOf(target)[0] ?? ''
}

function commandOf(target: Target): readonly string[] {
  return target.kind === 'command' ? target.command : target.kind === 'http' ? (target.start?.command ?? []) : []
}

const interpreter = /^(?:node|deno|bun|tsx|ts-node|python[\d.]*|ruby|perl|php|sh|bash|zsh)$/

/**
 * The script that an interpreter is told to run, as it is named: what stands first behind its name. Undefined where an
 * option stands there, since that may be about the next word.
 */
function scriptOf(target: Target): string | undefined {
  const [program = '', script = ''] = commandOf(target)
  const isFile = interpreter.test(path.basename(program)) && /^[^-].*\.\w+$/.test(script)
  return isFile ? script : undefined
}

/**
 * A file of the application that the worktree lacks, relative to it: the module, its folder, the program where it is
 * named by a path, and the script that an interpreter runs. What is in a workspace is copied there later.
 */
export function missingFile(target: Target, worktree: string): string | undefined {
  const isInWorkspace = target.kind === 'command' && target.workspace !== undefined
  const program = programOf(target)
  const isPath = program.includes('/') && !path.isAbsolute(program)
  const script = scriptOf(target)
  const named = [...(isPath ? [program] : []), ...(script === undefined ? [] : [script])]
  const places = named.flatMap((name) => {
    if (isInWorkspace && !name.startsWith(projectFolder)) return []
    return path.resolve(target.cwd ?? worktree, name.replaceAll(projectFolder, target.cwd ?? worktree))
  })
  const needed = [
    ...(target.kind === 'module' ? [target.file] : []),
    ...places,
    ...(target.cwd === undefined ? [] : [target.cwd]),
  ]
  const missing = needed.find((place) => !existsSync(place))
  return missing === undefined ? undefined : path.relative(worktree, missing)
}

/** A word of the command line that still names a file of the working tree which git has: code of the change itself. */
export async function wordOfChange(
  target: Target,
  { repository, worktree }: Omit<Move, 'place'>,
  isIgnored: (place: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const word of commandOf(target)) {
    for (const part of [word, ...word.split(/[\s=,;:'"`]+/)]) {
      const isOutside = !part.startsWith(repository + path.sep) || part.startsWith(worktree + path.sep)
      if (isOutside || !existsSync(part) || (await isIgnored(part))) continue
      return path.relative(repository, part)
    }
  }
  return undefined
}
