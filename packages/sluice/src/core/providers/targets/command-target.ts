import { isUtf8 } from 'node:buffer'
import { type ChildProcess, spawn } from 'node:child_process'
import type { Target } from '../../suite/prompt/target.ts'
import type { Env } from '../api-key.ts'
import { steadyNow } from '../clock.ts'
import { tail } from '../excerpt.ts'
import { defaultTimeoutMs, withDeadline } from '../limits/deadline.ts'
import { ProviderError } from '../provider-error.ts'
import { maskOf, type TargetCall, type TargetOptions } from './target-call.ts'
import { targetText } from './target-output.ts'

type CommandTarget = Extract<Target, { kind: 'command' }>

const longestOutput = 64 * 1024 * 1024

/** Runs the program once a case, without a shell: the variables as JSON on stdin, the answer on stdout. */
export function createCommandTarget({ command, cwd }: CommandTarget, options: TargetOptions): TargetCall {
  const { env, clock = steadyNow } = options
  const source = `target: ${command.join(' ')}`
  const mask = maskOf(options)
  return async (vars, { signal }) => {
    const start = clock()
    const stdout = await withDeadline({ source, timeoutMs: defaultTimeoutMs, signal }, (inner) =>
      run({ source, command, cwd, env, mask, input: JSON.stringify(vars), signal: inner }),
    )
    return targetText(source, stdout.replace(/\r?\n$/, ''), clock() - start, mask)
  }
}

interface Run {
  source: string
  command: string[]
  cwd: string
  env: Env
  mask: (text: string) => string
  input: string
  signal: AbortSignal
}

function run({ source, command: [program = '', ...args], cwd, env, mask, input, signal }: Run): Promise<string> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that what the program has started ends with it.
    const child = spawn(program, args, { cwd, env, stdio: 'pipe', detached: true })
    const stdout: Buffer[] = []
    let bytes = 0
    let stderr = ''
    const kill = () => killGroup(child)
    signal.addEventListener('abort', kill, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > longestOutput) kill()
      else stdout.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096)
    })
    child.stdin.on('error', () => {
      // A program that does not read its input is none the worse for it; its exit code decides.
    })
    child.stdin.end(input)
    const fail = (fault: string, cause?: unknown) => {
      const said = stderr.trim() === '' ? '' : `; stderr ends: ${tail(stderr, mask)}`
      reject(new ProviderError('server', `${source}: ${fault}${said}`, { cause, retryable: false }))
    }
    child.on('error', (error) => fail(`cannot be started in ${cwd} (${error.message})`, error))
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', kill)
      if (bytes > longestOutput) fail(`wrote more than ${longestOutput / 1024 ** 2} MiB`)
      else if (code === 0) {
        const written = Buffer.concat(stdout)
        if (isUtf8(written)) resolve(written.toString())
        else fail('wrote what is not UTF-8')
      } else fail(killedBy ? `was ended by ${killedBy}` : `exited with ${code}`)
    })
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
