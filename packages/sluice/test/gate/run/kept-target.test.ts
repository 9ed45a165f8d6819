import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { commitAll, judged } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'

/** Notes each call outside of the project; says what it is told to, or the variables in capitals. */
const program = (tail = '') => `printf x >> "$CALLS_OF_TEST"
tr a-z A-Z
printf '%s' "$TONE_OF_TEST"
${tail}`

function application(target = '{command: [sh, app.sh]}', more: Record<string, string> = {}) {
  const project = createProject({
    'package.json': '{"name": "app"}',
    'app.sh': program(),
    '.gitignore': '.sluice\nbuilt\n.env\n',
    'prompts/app.prompt.yml': `sluice: 1
model: anthropic:claude-haiku-4-5-20251001
target: ${target}
suites: {fast: ../evals/app.yaml}
checks: [{contains: "{{expected}}", caseSensitive: true}]
`,
    'evals/app.yaml': '- {id: a, vars: {word: one}, expected: ONE}\n',
    'sluice.yaml': 'sluice: 1\ngate: {threshold: 0.05, margin: 0.5, repeats: [1]}\n',
    ...more,
  })
  commitAll(project, 'base')
  const calls = path.join(path.dirname(project.root), `${path.basename(project.root)}-calls`)
  /** How many calls a run made, and its report. */
  const run = async (args = ['eval', 'app'], env: NodeJS.ProcessEnv = {}) => {
    const finished = await judged(project, args, { CALLS_OF_TEST: calls, ...env })
    const count = existsSync(calls) ? readFileSync(calls, 'utf8').length : 0
    rmSync(calls, { force: true })
    return { ...finished, calls: count, feature: finished.report.features[0] }
  }
  return { project, run }
}

test('unchanged code is asked once; changed code, data and environment anew', async () => {
  const { project, run } = application()
  using _ = project
  const first = await run()
  assert.deepEqual([first.calls, first.code], [1, 0], first.stderr)
  project.write({ 'README.md': 'How to use it.\n' })
  const again = await run()
  assert.equal(again.calls, 0)
  assert.deepEqual(again.feature?.cache, { hits: 1, misses: 0 })
  assert.match(again.feature?.notes.join('\n') ?? '', /1 answer of the application is from the store, the oldest of 20/)
  assert.match(again.feature?.candidate.code ?? '', /^[0-9a-f]{12}$/)

  assert.equal((await run(['eval', 'app', '--fresh'])).calls, 1, '--fresh')
  assert.equal((await run(undefined, { TONE_OF_TEST: '!' })).calls, 1, 'a variable that its code names')
  project.write({ 'words.json': '{}' })
  const changed = await run()
  assert.equal(changed.calls, 1, 'a new file in its package')
  assert.notEqual(changed.feature?.candidate.code, again.feature?.candidate.code)
  project.write({ built: '1' })
  assert.equal((await run()).calls, 1, 'a file that git ignores')
})

test('kept answers of an application end after a week', async () => {
  const { project, run } = application()
  using _ = project
  await run()
  const age = (days: number) => {
    const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'))
    database.exec(`UPDATE answers SET created_at = ${Date.now() - days * 24 * 3_600_000}`)
    database.close()
  }
  age(6.9)
  assert.equal((await run()).calls, 0)
  age(7.1)
  assert.equal((await run()).calls, 1)
})

test('what was answered while the application changed is not kept, nor is an error or an empty answer', async () => {
  const changing = program('echo "# more" >> app.sh')
  const { project, run } = application(undefined, { 'app.sh': changing })
  using _ = project
  const first = (await run()).calls
  project.write({ 'app.sh': changing })
  assert.deepEqual([first, (await run()).calls], [1, 1])
  for (const app of [program('exit 7'), 'printf x >> "$CALLS_OF_TEST"\n']) {
    project.write({ 'app.sh': app })
    assert.deepEqual([(await run()).calls, (await run()).calls], [1, 1], app)
  }
})

test('the gate keeps the answers of both versions', async () => {
  const { project, run } = application()
  using _ = project
  project.git('checkout', '-qb', 'change')
  project.write({ 'app.sh': `# Another.\n${program()}` })
  const first = await run(['gate'])
  assert.equal(first.calls, 2, first.stderr)
  const again = await run(['gate'])
  assert.deepEqual([again.calls, again.code], [0, first.code])
  const { candidate, baseline } = again.feature ?? {}
  assert.match(`${candidate?.code} ${baseline?.code}`, /^[0-9a-f]{12} [0-9a-f]{12}$/)
  assert.notEqual(candidate?.code, baseline?.code)
})
