import path from 'node:path'
import { tail } from '../../core/providers/excerpt.ts'
import { withDeadline } from '../../core/providers/limits/deadline.ts'
import { runProgram } from '../../core/providers/program.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import { errorMessage } from '../../errors.ts'
import { minuteMs } from '../../time-units.ts'

/** Commands that make an application ready, one after the other. */
export interface Setup {
  commands: readonly (readonly string[])[]
  /** Where they run, relative to the root of the repository. */
  folder: string
}

interface SetupPlace {
  /** The root of the worktree. */
  tree: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  mask(text: string): string
  processFolder?: string | undefined
}

const longestMs = 15 * minuteMs
const longest = '15 minutes'
const mostBytes = 256 * 1024 * 1024

/** Runs the commands; resolves to the fault of the first that fails, and to undefined where all went well. */
export async function runSetup({ commands, folder }: Setup, { tree, env, signal, mask, processFolder }: SetupPlace) {
  const cwd = path.join(tree, folder)
  for (const command of commands) {
    const source = `setup: ${command.join(' ')}`
    const ended = await withDeadline({ source, timeoutMs: longestMs, signal }, (inner) =>
      runProgram({ command, cwd, env, input: '', signal: inner, mostBytes, endsChildren: true, folder: processFolder }),
    ).catch((error: unknown) => ({ fault: faultOf(error), stderr: '' }))
    if (ended.fault === undefined) continue
    const stderrEnd = ended.stderr.trim() === '' ? '' : `; stderr ends: ${tail(ended.stderr, mask)}`
    return `\`${command.join(' ')}\` ${ended.fault}${stderrEnd}`
  }
  return undefined
}

function faultOf(error: unknown): string {
  if (error instanceof ProviderError && error.kind === 'timeout') return `did not end within ${longest}`
  if (error instanceof ProviderError && error.kind === 'aborted') throw error
  return errorMessage(error)
}
