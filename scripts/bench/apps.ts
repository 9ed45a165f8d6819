import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openWorktree } from '../../packages/sluice/src/gate/worktree/worktree.ts'
import { type Measured, measure } from './measure.ts'
import { printTable, type Row } from './table.ts'

const bin = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')
const parts = ['command', 'worktree', 'tools', 'memory'] as const

/** Prints one table: each figure of applications under the gate beside its target, ratios taken within this run. */
export async function benchApps(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: 'string' } } })
  const only: readonly string[] = values.only?.split(',') ?? parts
  const rows: Row[] = []
  const add = (...more: Row[]) => {
    for (const row of more) console.error(`${row.what}: ${row.measured}`)
    rows.push(...more)
  }
  if (only.includes('command')) add(await command())
  if (only.includes('worktree')) add(...(await worktree()))
  if (only.includes('tools')) add(await tools())
  if (only.includes('memory')) add(await memory())
  printTable(rows)
}

interface Folder extends Disposable {
  root: string
  write(files: Record<string, string>): void
  git(...args: string[]): void
}

function folder(): Folder {
  const root = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  return {
    root,
    write(files) {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
        writeFileSync(path.join(root, file), text)
      }
    },
    git(...args) {
      const { status, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
      if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`)
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

function sluice(root: string, ...args: string[]): Promise<Measured> {
  return measure(process.execPath, [bin, ...args], root, { CI: '1' })
}

function casesOf(count: number): string {
  return Array.from({ length: count }, (_, n) => `{"id": "case-${n}", "vars": {"n": "${n}"}}\n`).join('')
}

/** A program that takes 100 ms, of both commits, so that the time of its own start counts as ours. */
async function command(): Promise<Row> {
  const [cases, concurrency, latencyMs] = [200, 20, 100]
  using project = folder()
  const program = (comment: string) => `# ${comment}\nread -r line\nsleep 0.1\necho done\n`
  project.write({
    'app.sh': program('the base'),
    'cases.jsonl': casesOf(cases),
    'sluice.yaml': 'sluice: 1\ngate: {threshold: 0.5, repeats: [1]}\n',
    'prompts/app.prompt.yml':
      'sluice: 1\nmodel: anthropic:claude-haiku-5-5\ntarget: {command: [sh, app.sh]}\nsuites: {fast: ../cases.jsonl}\nchecks: [{contains: done}]\n',
  })
  project.git('init', '-q', '-b', 'main')
  project.git('add', '-A')
  project.git('-c', 'user.name=b', '-c', 'user.email=b@example.org', 'commit', '-qm', 'base')
  project.git('checkout', '-qb', 'change')
  project.write({ 'app.sh': program('the change') })
  const { code, seconds, stdout, stderr } = await sluice(
    project.root,
    ...['gate', '--json', '--concurrency', String(concurrency)],
  )
  const pairs = stdout.startsWith('{') ? JSON.parse(stdout).features[0]?.comparison?.pairs : undefined
  if (pairs !== cases) throw new Error(`the gate exits ${code} with ${pairs} pairs: ${stderr}`)
  const ideal = (2 * cases * latencyMs) / 1000 / concurrency
  return {
    what: `a command of 100 ms, ${cases} cases, both versions, concurrency ${concurrency}`,
    measured: `${(seconds / ideal).toFixed(2)} x ideal (${seconds.toFixed(2)} s)`,
    target: '<= 1.15 x',
    holds: seconds / ideal <= 1.15,
  }
}

async function worktree(): Promise<Row[]> {
  using project = folder()
  const files = Array.from({ length: 5000 }, (_, n) => [`src/${n % 50}/file-${n}.txt`, `${n}\n`.repeat(200)])
  project.write(Object.fromEntries(files))
  project.git('init', '-q', '-b', 'main')
  project.git('add', '-A')
  project.git('-c', 'user.name=b', '-c', 'user.email=b@example.org', 'commit', '-qm', 'base')
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: project.root, encoding: 'utf8' }).stdout.trim()
  const seconds = async () => {
    const started = performance.now()
    const { fault } = await openWorktree({
      ...{ repository: project.root, commit, store: path.join(project.root, '.sluice/worktrees') },
      ...{ env: process.env, signal: new AbortController().signal, mask: (text) => text },
    })
    if (fault !== undefined) throw new Error(fault)
    return (performance.now() - started) / 1000
  }
  const cold = await seconds()
  const warm = await seconds()
  const what = 'the worktree of a repository of 5,000 files'
  return [
    { what: `${what}, cold`, measured: `${cold.toFixed(2)} s`, target: '< 3 s', holds: cold < 3 },
    { what: 'the same, warm', measured: `${(warm * 1000).toFixed(0)} ms`, target: '< 200 ms', holds: warm < 0.2 },
  ]
}

/** The model answers at once, from a process of its own; what is left is our own work on a step. */
async function tools(): Promise<Row> {
  const [cases, steps] = [1000, 8]
  const model = spawn(process.execPath, [path.join(import.meta.dirname, 'agent-model.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<string>((resolve) => model.stdout.once('data', (text) => resolve(String(text).trim())))
  try {
    using project = folder()
    project.write({
      'cases.jsonl': casesOf(cases),
      'sluice.yaml': `sluice: 1\nproviders: {local: {kind: openai-compatible, baseURL: "http://127.0.0.1:${port}/v1"}}\nprices: {"local:*": {input: 0, output: 0}}\n`,
      'prompts/agent.prompt.yml': `sluice: 1
model: local:agent
messages: [{role: user, content: "{{n}}"}]
tools: [{name: look_up, description: Finds an order., parameters: {type: object, properties: {order: {type: number}}}}]
mocks: [{tool: look_up, result: {state: late}}]
suites: {fast: ../cases.jsonl}
checks: [{toolCalled: {name: look_up, min: 7, max: 7}}]
`,
    })
    const { code, seconds, stderr } = await sluice(project.root, 'eval', 'agent', '--json', '--concurrency', '50')
    if (code !== 0) throw new Error(`eval exits ${code}: ${stderr}`)
    const perStep = (seconds * 1000) / (cases * steps)
    return {
      what: `${cases} agent cases of ${steps} steps from mocks`,
      measured: `${perStep.toFixed(2)} ms a step (${seconds.toFixed(1)} s, the start and the model's own time included)`,
      target: '< 2 ms',
      holds: perStep < 2,
    }
  } finally {
    model.kill()
  }
}

/** The details of a case go to disk, so that the steps of all cases together are not held at once. */
async function memory(): Promise<Row> {
  const peak = async (cases: number) => {
    using project = folder()
    project.write({
      'cases.jsonl': casesOf(cases),
      'app.mjs': `const toolCalls = Array.from({ length: 1000 }, (_, n) => ({ name: 'look_up', arguments: { order: n }, result: 'late' }))
export default async () => ({ output: 'done', toolCalls })
`,
      'package.json': '{"type": "module"}',
      'sluice.yaml': 'sluice: 1\n',
      'prompts/app.prompt.yml':
        'sluice: 1\nmodel: anthropic:claude-haiku-5-5\ntarget: {module: ../app.mjs}\nsuites: {fast: ../cases.jsonl}\nchecks: [{toolCalled: look_up}]\n',
    })
    const { code, peakMb, stderr } = await sluice(project.root, 'eval', 'app', '--concurrency', '4')
    if (code !== 0) throw new Error(`eval exits ${code}: ${stderr}`)
    return peakMb ?? Number.NaN
  }
  const [few, many] = [await peak(400), await peak(1200)]
  return {
    what: '1,200 cases with 1,000 calls each, peak memory',
    measured: `${many.toFixed(0)} MB, ${(many / few).toFixed(2)} x that of 400 cases (${few.toFixed(0)} MB)`,
    target: 'flat',
    holds: many / few < 1.15,
  }
}
