import path from 'node:path'
import type { z } from 'zod'
import { commandWords } from '../values/command-line.ts'
import { moduleReference } from '../values/module-reference.ts'
import type { targetSchema } from './target-file.ts'

/** How long a started server may take until it is ready, where nothing else is said. */
const usualReadyMs = 60_000

/** What is the same for every kind of target. */
interface TargetSettings {
  /** Programs that prepare a worktree of another commit, in this order; each with its arguments. */
  setup?: string[][]
  /** Variables of the environment beside those that are passed on; a value may hold `${NAME}`. */
  env?: Record<string, string>
  /** Variables of the environment that lead into the working tree, as they are where another commit is run. */
  movedEnv?: Record<string, string>
  /** Globs of the files that the application is made of, relative to the project's root. */
  paths?: string[]
  /** Longest time for an answer, in ms. */
  timeoutMs?: number
  /** Most calls at once. */
  concurrency?: number
  /** Whether a request has the version under test, as `sluice` beside the variables. */
  sendVersion?: boolean
  /** The folder of sluice.yaml that it is part of, where that is not the project's own: absolute. */
  root?: string
}

/** A server that is started for a run. */
export interface ServerStart {
  /** A program with arguments, run without a shell; `{port}` in an argument stands for the port. */
  command: string[]
  /** Path that answers 2xx once the server is ready; by default its port has to be open. */
  ready?: string
  /** Longest time until then, in ms. */
  readyMs: number
}

/** What a program finds in the temporary folder in which it runs, and what is read of it afterwards. */
export interface Workspace {
  /** Absolute: the folder of sluice.yaml. */
  root: string
  /** The folder that is copied, or in which the patterns are looked up; relative to the root. */
  folder: string
  /** Globs, files and folders, relative to that folder. */
  files: string[]
  /** Globs of the files that are the end state, relative to the workspace. */
  state?: string[]
  /** Globs, files and folders, relative to the workspace: what they add is measured by a run without them. */
  without?: string[]
  /** What the workspace of such a run does not have. */
  leftOut?: string[]
  /** Where in it the program runs; relative. */
  cwd: string
}

/** Stands for the folder of sluice.yaml in the command of a target with a workspace. */
export const projectFolder = '{project}'

/** The real application behind a feature. `cwd` is absolute: the folder in which its programs run, `setup` included. */
export type Target = TargetSettings &
  (
    | {
        kind: 'http'
        /** With `start`, it holds `{port}`. */
        url: string
        method?: 'POST' | 'PUT'
        headers?: Record<string, string>
        start?: ServerStart
        /** Present together with `start`. */
        cwd?: string
        /** Where the version of the base commit answers, if it is not started here. */
        baselineUrl?: string
      }
    /** A program with arguments, run without a shell. With a workspace, `cwd` is the folder of sluice.yaml. */
    | { kind: 'command'; command: string[]; cwd: string; workspace?: Workspace }
    /** A module, whose `file` is absolute. */
    | { kind: 'module'; file: string; export: string; cwd: string }
  )

/**
 * A target as written, with its paths made absolute. `root` is the folder of sluice.yaml, in whichever worktree;
 * `folder` is that of the prompt file, relative to it.
 */
export function resolveTarget(
  written: z.output<typeof targetSchema>,
  { root, folder }: { root: string; folder: string },
): Target {
  const { http, command, module, start, setup, baselineUrl, ready, workspace, cwd: place = '.', ...rest } = written
  const cwd = path.resolve(root, place)
  const settings = { ...rest, ...(setup !== undefined && { setup: setupCommands(setup) }) }
  if (command !== undefined && workspace !== undefined) {
    const { files, ...state } = workspace
    const copied = typeof files === 'string' ? { folder: files, files: ['**'] } : { folder: '.', files }
    const resolved = { root, ...copied, ...state, cwd: place }
    return { kind: 'command', command: commandWords(command), cwd: root, ...settings, workspace: resolved }
  }
  if (command !== undefined) return { kind: 'command', command: commandWords(command), cwd, ...settings }
  if (http === undefined) {
    const { file, exportName } = moduleReference(module ?? '')
    return { kind: 'module', file: path.resolve(root, folder, file), export: exportName, cwd, ...settings }
  }
  return {
    kind: 'http',
    ...http,
    ...settings,
    ...(baselineUrl !== undefined && { baselineUrl }),
    ...(start !== undefined && { cwd, start: { command: commandWords(start), ...readiness(ready) } }),
  }
}

/** The target with a workspace that lacks what `without` names, and that; undefined where nothing is named. */
export function targetWithout(target: Target): { target: Target; files: string[] } | undefined {
  const workspace = target.kind === 'command' ? target.workspace : undefined
  if (target.kind !== 'command' || workspace?.without === undefined) return undefined
  const { without, ...rest } = workspace
  return { target: { ...target, workspace: { ...rest, leftOut: without } }, files: without }
}

function readiness(ready: z.output<typeof targetSchema>['ready']): Pick<ServerStart, 'ready' | 'readyMs'> {
  if (ready === undefined) return { readyMs: usualReadyMs }
  if (typeof ready === 'string') return { ready, readyMs: usualReadyMs }
  return { ...(ready.path !== undefined && { ready: ready.path }), readyMs: ready.timeoutMs ?? usualReadyMs }
}

/** One command, or a list of them: a list of texts is one command, a list of lists several. */
function setupCommands(setup: string | string[] | string[][]): string[][] {
  if (Array.isArray(setup) && setup.every((part) => Array.isArray(part))) return setup
  return [commandWords(setup as string | string[])]
}
