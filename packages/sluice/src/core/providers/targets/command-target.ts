import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { projectFolder, type Target } from '../../suite/prompt/target.ts'
import { steadyNow } from '../clock.ts'
import { tail } from '../excerpt.ts'
import { defaultTimeoutMs, withDeadline } from '../limits/deadline.ts'
import { runProgram } from '../program.ts'
import type { Completion } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'
import { maskOf, type OpenTarget, type TargetCall, type TargetOptions } from './target-call.ts'
import { processVariables } from './target-environment.ts'
import { targetText } from './target-output.ts'
import { createVersionUnderTest, requestBody } from './tested-version.ts'
import { endStateOf, inWorkspace } from './workspace.ts'
import { workspaceFiles } from './workspace-files.ts'

type CommandTarget = Extract<Target, { kind: 'command' }>

const longestOutput = 64 * 1024 * 1024

/**
 * Runs the program once for each case, without a shell: the variables as JSON on stdin, the answer on stdout. With a
 * workspace, each in a folder of its own; which files it has is looked up once.
 */
export function createCommandTarget(target: CommandTarget, options: TargetOptions): OpenTarget {
  const { cwd, workspace, timeoutMs = defaultTimeoutMs } = target
  const { clock = steadyNow, tested } = options
  const command = workspace ? target.command.map((word) => word.replaceAll(projectFolder, cwd)) : target.command
  const env = { ...options.env, ...processVariables(target, options) }
  const source = `target: ${command.join(' ')}`
  const mask = maskOf(options)
  const run = async (place: string, input: string, signal: AbortSignal) => {
    const start = clock()
    // What the program has started must not write into a workspace that is being read or removed.
    const own = workspace ? { env: { ...env, PWD: place }, endsChildren: true, folder: options.processFolder } : { env }
    const asked = { command, cwd: place, ...own, input, signal, mostBytes: longestOutput }
    const ended = await runProgram(asked, options.programs?.spawn)
    const { stdout, stderr } = ended
    const fault = ended.fault ?? (isUtf8(stdout) ? undefined : 'wrote what is not UTF-8')
    if (fault === undefined) return targetText(source, stdout.toString().replace(/\r?\n$/, ''), clock() - start, mask)
    const stderrEnd = stderr.trim() === '' ? '' : `; stderr ends: ${tail(stderr, mask)}`
    throw new ProviderError('server', `${source}: ${fault}${stderrEnd}`, { cause: ended.cause, retryable: false })
  }
  let listed: ReturnType<typeof workspaceFiles> | undefined
  const filesOnce = async () => {
    listed ??= workspace && workspaceFiles(workspace)
    return listed
  }
  const runApart = async (input: string, signal: AbortSignal): Promise<Completion> => {
    const files = await filesOnce()
    if (!workspace || !files) return run(cwd, input, signal)
    return inWorkspace(files, async (folder) => {
      signal.throwIfAborted()
      const completion = await run(path.join(folder, workspace.cwd), input, signal)
      const warnings = files.refused.map((what) => `target: workspace: not copied: ${what}`)
      return withState({ ...completion, warnings: [...completion.warnings, ...warnings] }, folder, workspace.state)
    })
  }
  const version = createVersionUnderTest(target.sendVersion ? tested : undefined)
  const underWay = new Set<Promise<unknown>>()
  const call: TargetCall = async (vars, context) => {
    const { signal } = context
    const input = requestBody(vars, context, await version())
    return withDeadline({ source, timeoutMs, signal }, (inner) => {
      const running = runApart(input, inner)
      const ended = running.catch(() => undefined).then(() => void underWay.delete(ended))
      underWay.add(ended)
      return running
    })
  }
  return Object.assign(call, {
    open: async () => void (await filesOnce()),
    // A call that is called off rejects before its program has ended and its workspace is gone.
    close: async () => void (await Promise.all(underWay)),
  })
}

/** A state that the program itself reports counts more than its files. */
async function withState(completion: Completion, folder: string, patterns: string[] | undefined): Promise<Completion> {
  const { trace } = completion
  if (!patterns || trace?.endState !== undefined) return completion
  const { unread, ...state } = await endStateOf(folder, patterns)
  const all = [trace?.unread, unread].filter((text) => text !== undefined)
  return { ...completion, trace: { ...trace, ...state, ...(all.length > 0 && { unread: all.join('; ') }) } }
}
