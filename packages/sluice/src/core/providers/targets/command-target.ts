import { isUtf8 } from 'node:buffer'
import type { Target } from '../../suite/prompt/target.ts'
import { steadyNow } from '../clock.ts'
import { tail } from '../excerpt.ts'
import { defaultTimeoutMs, withDeadline } from '../limits/deadline.ts'
import { runProgram } from '../program.ts'
import { ProviderError } from '../provider-error.ts'
import { maskOf, type TargetCall, type TargetOptions } from './target-call.ts'
import { processVariables } from './target-environment.ts'
import { targetText } from './target-output.ts'
import { requestBody, versionUnderTest } from './tested-version.ts'

type CommandTarget = Extract<Target, { kind: 'command' }>

const longestOutput = 64 * 1024 * 1024

/** Runs the program once for each case, without a shell: the variables as JSON on stdin, the answer on stdout. */
export function createCommandTarget(target: CommandTarget, options: TargetOptions): TargetCall {
  const { command, cwd, timeoutMs = defaultTimeoutMs } = target
  const { clock = steadyNow, tested } = options
  const env = { ...options.env, ...processVariables(target, options) }
  const source = `target: ${command.join(' ')}`
  const mask = maskOf(options)
  const run = async (input: string, signal: AbortSignal) => {
    const ended = await runProgram({ command, cwd, env, input, signal, mostBytes: longestOutput })
    const { stdout, stderr } = ended
    const fault = ended.fault ?? (isUtf8(stdout) ? undefined : 'wrote what is not UTF-8')
    if (fault === undefined) return stdout.toString()
    const said = stderr.trim() === '' ? '' : `; stderr ends: ${tail(stderr, mask)}`
    throw new ProviderError('server', `${source}: ${fault}${said}`, { cause: ended.cause, retryable: false })
  }
  const version = target.sendVersion && tested ? versionUnderTest(tested) : undefined
  return async (vars, context) => {
    const { signal } = context
    const input = requestBody(vars, context, version)
    const start = clock()
    const stdout = await withDeadline({ source, timeoutMs, signal }, (inner) => run(input, inner))
    return targetText(source, stdout.replace(/\r?\n$/, ''), clock() - start, mask)
  }
}
