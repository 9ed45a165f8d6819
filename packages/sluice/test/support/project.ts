import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable, Writable } from 'node:stream'
import { createMask } from '../../src/masking/mask.ts'
import { maskWrites } from '../../src/masking/masked-output.ts'
import { secretsOfEnvironment } from '../../src/masking/secret-names.ts'

export const bin = path.join(import.meta.dirname, '../../bin/sluice.cjs')

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A command line under way. */
export interface Started {
  pid: number
  kill(signal: NodeJS.Signals): void
  /** What it has said on stderr so far. */
  said(): string
  /** The same for stdout. */
  printed(): string
  done: Promise<Finished>
}

/**
 * A user's project in a temporary folder, which goes with the variable that holds it. What still runs of it is ended then:
 * a test that fails leaves no server behind, for which the whole run would wait.
 */
export interface Project extends Disposable {
  root: string
  write(files: Record<string, string | Uint8Array>): void
  git(...args: string[]): string
  /** Starts the built command line in the project; `command` is what runs its bin, by default this Node. */
  start(args: string[], env?: NodeJS.ProcessEnv, command?: string[]): Started
  /** Starts the same in this process, from its source, where the process itself is not the subject. */
  startHere(args: string[], env?: NodeJS.ProcessEnv, keys?: string): Started
  /** Runs the built command line to its end, as a process of its own. */
  binary(args: string[], env?: NodeJS.ProcessEnv): Promise<Finished>
  /** The same in this process, from its source, which is ten times as fast. `keys` is what a person types. */
  sluice(args: string[], env?: NodeJS.ProcessEnv, keys?: string): Promise<Finished>
}

/** An author, and what makes git fast where nothing has to last: no sample hooks, no wait for the disk, no tidying. */
const gitSettings = [
  'user.name=Ann',
  'user.email=ann@example.com',
  'init.defaultBranch=main',
  'init.templateDir=',
  'core.fsync=none',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting])

/** The command line runs in `folder` of the temporary one; everything else is relative to the latter. */
export function createProject(files: Record<string, string | Uint8Array>, folder = ''): Project {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'sluice-test-')))
  const running = new Set<ChildProcess>()
  const project: Project = {
    root,
    write(more) {
      for (const [name, content] of Object.entries(more)) {
        const file = path.join(root, name)
        mkdirSync(path.dirname(file), { recursive: true })
        writeFileSync(file, content)
      }
    },
    git: (...args) =>
      execFileSync('git', [...gitSettings, ...args], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim(),
    start(args, env, [program = process.execPath, ...first] = []) {
      const child = spawn(program, [...first, bin, ...args], {
        cwd: path.join(root, folder),
        env: environment(env),
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      running.add(child)
      child.on('close', () => running.delete(child))
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      return {
        pid: child.pid ?? 0,
        kill: (signal) => void child.kill(signal),
        said: () => stderr,
        printed: () => stdout,
        done: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))),
      }
    },
    startHere: (args, env, keys) => startHere(args, path.join(root, folder), environment(env), keys),
    binary: (args, env) => project.start(args, env).done,
    sluice: (args, env, keys) => project.startHere(args, env, keys).done,
    [Symbol.dispose]() {
      for (const child of running) child.kill('SIGKILL')
      // One that has just been killed may have written meanwhile.
      rmSync(root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  project.write(files)
  return project
}

/** What `cli/main` does, but for the process. */
function startHere(args: string[], folder: string, env: NodeJS.ProcessEnv, keys = ''): Started {
  const mask = createMask()
  mask.learn(secretsOfEnvironment(env))
  const written = { stdout: '', stderr: '' }
  const collect = (name: keyof typeof written) =>
    new Writable({
      decodeStrings: false,
      write(chunk, _, done) {
        written[name] += chunk
        done()
      },
    })
  const [stdout, stderr] = [collect('stdout'), collect('stderr')]
  const flushes = [stdout, stderr].map((stream) => maskWrites(stream, mask))
  const signals = new EventEmitter()
  const [on, off] = [signals.on.bind(signals), signals.off.bind(signals)]
  const stdin = () => Readable.from([keys], { objectMode: false })
  const run = async (): Promise<Finished> => {
    const { runCommandLine } = await import('../../src/cli/program.ts')
    const code = await runCommandLine(args, { stdout, stderr, stdin, env, mask, cwd: () => folder, on, off })
    for (const flush of flushes) flush()
    return { code, signal: null, ...written }
  }
  return {
    pid: process.pid,
    kill: (signal) => void signals.emit(signal, signal),
    said: () => written.stderr,
    printed: () => written.stdout,
    done: run(),
  }
}

/** The tester's own keys and CI variables must not reach a test. */
function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|LANG|NODE_COMPILE_CACHE)$/.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1', GIT_CONFIG_NOSYSTEM: '1', ...extra }
}

export interface SummaryOptions {
  url: string
  cases?: number
  /** Further settings of the provider. */
  provider?: string
  /** Extra lines of sluice.yaml. */
  config?: string
  /** Extra lines of the prompt. */
  prompt?: string
  rubric?: boolean
  message?: string
  /** What a case has beside its id, variables and tags. */
  fields?: (index: number) => Record<string, unknown>
}

/** A project with one feature, `summary`, on an OpenAI-compatible model at `url`. */
export function summaryFiles({
  url,
  cases = 10,
  provider = '',
  config = '',
  prompt = '',
  rubric = false,
  message = 'Summarise: {{email}}',
  fields = () => ({}),
}: SummaryOptions) {
  const rows = Array.from({ length: cases }, (_, index) =>
    JSON.stringify({
      id: `case-${index}`,
      vars: { email: `Mail ${index}: please send invoice ${index} to Ann by Friday.` },
      tags: [index % 2 ? 'core' : 'edge'],
      ...fields(index),
    }),
  )
  return {
    'sluice.yaml': `sluice: 1
judge: {model: "local:judge"}
providers:
  local: {kind: openai-compatible, baseURL: "${url}", ${provider}}
prices: {"local:*": {input: 1, output: 1}}
${config}`,
    'prompts/summary.prompt.yml': `sluice: 1
name: summary
model: local:model-a
messages:
  - {role: user, content: "${message}"}
suites: {fast: ../evals/summary.jsonl}
checks: [{contains: Action item}]
${rubric ? 'rubric:\n  - {id: actions, ask: Does it list the action items?}\n' : ''}${prompt}`,
    'evals/summary.jsonl': `${rows.join('\n')}\n`,
  }
}
