import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Report } from '../../../src/records/report/report.ts'
import { isJudgeRequest } from '../../support/fake-model.ts'
import { createProject, summaryFiles } from '../../support/project.ts'
import { until } from '../../support/until.ts'
import { caseLine, nightlyProject, suiteOf } from './nights.ts'

const nightly = ['nightly', '--night', '2026-11-21', '--concurrency', '4']

test('a night that was killed goes on and pays only for what is missing; finished, it pays nothing', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  const before = run.model.requests.length
  run.world.words = 'Tonight. Action item: settle bill'
  const started = run.project.start(nightly)
  await until(() => run.model.requests.length >= before + 25, '25 requests of the second night')
  started.kill('SIGKILL')
  assert.equal((await started.done).signal, 'SIGKILL')
  await until(() => run.model.connections() === 0, 'the end of its connections')
  const rerun = await run.night('2026-11-21', '--concurrency', '4')
  assert.equal(rerun.code, 0, rerun.stderr)
  // 20 new answers, 20 judgements of them and 20 of the kept ones, and again at most what was under way.
  const paid = run.model.requests.length - before
  assert.ok(paid >= 60 && paid <= 64, `${paid} requests`)
  const again = await run.night('2026-11-21')
  assert.equal(run.model.requests.length - before, paid)
  assert.deepEqual(again.nightly.drifts, rerun.nightly.drifts)
  assert.equal(again.nightly.last, '2026-11-20', 'a night is not compared with itself')
})

test('a night uses no answer of others, and a second night of a day asks again; others use its answers', async () => {
  await using run = await nightlyProject()
  await run.project.sluice(['eval', 'summary'])
  assert.equal(run.model.requests.length, 40)
  await run.night('2026-11-20')
  assert.equal(run.model.requests.length, 80)
  const second = await run.night('2026-11-20.2')
  assert.equal(run.model.requests.length, 120)
  assert.equal(second.nightly.reference, '2026-11-20')
  run.world.words = 'Later. Action item: never asked for'
  const { stdout } = await run.project.sluice(['eval', 'summary', '--json'])
  assert.match(stdout, /"output":"Action item: pay invoice 7\."/)
  assert.equal(run.model.requests.length, 120)
})

test('critical cases are asked until they are settled, others once; the full suite is preferred', async () => {
  await using run = await nightlyProject()
  run.project.write({
    ...suiteOf([caseLine(0)]),
    'evals/full.jsonl': `${[caseLine(1, { critical: true }), caseLine(2), caseLine(3), caseLine(4), caseLine(5)].join('\n')}\n`,
    'prompts/summary.prompt.yml': `sluice: 1
name: summary
model: local:model-a
messages: [{role: user, content: "Sum up: {{email}}"}]
suites: {fast: ../evals/summary.jsonl, full: ../evals/full.jsonl}
rubric: [{id: actions, ask: Does it list the action items?}]
`,
  })
  const { code, feature } = await run.night('2026-11-20')
  assert.equal(code, 0, JSON.stringify(feature.reasons))
  assert.deepEqual(
    feature.cases.map(({ id, repeats }) => [id, repeats]),
    [['case-1', 6], ...[2, 3, 4, 5].map((mail) => [`case-${mail}`, 1])],
  )
})

test('only as many answers are kept as sentinels are asked for, the same as the suite grows', async () => {
  await using run = await nightlyProject({ config: 'nightly: {sentinels: 6}\n' })
  await run.night('2026-11-20')
  run.world.words = 'Tonight. Action item: settle bill'
  const before = run.model.requests.filter(isJudgeRequest).length
  const { nightly: report } = await run.night('2026-11-21')
  assert.equal(report.outputs?.compared, 6)
  assert.equal(run.model.requests.filter(isJudgeRequest).length - before, 26)
})

test('history travels as JSON Lines: exported, imported elsewhere, it goes on as if nothing had happened', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  await run.night('2026-11-21')
  assert.equal((await run.project.sluice(['nightly', 'export', 'history.jsonl'])).code, 0)
  const file = path.join(run.project.root, 'history.jsonl')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, 22)
  run.world.forgets = (mail) => mail % 3 === 0

  using elsewhere = createProject(summaryFiles({ url: run.model.url, cases: 20, rubric: true }))
  elsewhere.write({
    'prompts/summary.prompt.yml': readFileSync(path.join(run.project.root, 'prompts/summary.prompt.yml')),
    'history.jsonl': readFileSync(file),
  })
  const imported = await elsewhere.sluice(['nightly', 'import', 'history.jsonl'])
  assert.deepEqual([imported.code, imported.stderr], [0, '22 of 22 records were new and are imported.\n'])
  const twice = await elsewhere.sluice(['nightly', 'import', 'history.jsonl'])
  assert.equal(twice.stderr, '0 of 22 records were new and are imported.\n')
  assert.equal((await elsewhere.sluice(['nightly', 'export'])).stdout, `${lines.join('\n')}\n`)
  const { code, stdout } = await elsewhere.sluice(['nightly', '--night', '2026-11-22'])
  assert.equal(code, 1)
  assert.match(stdout.replace(/\s+/g, ' '), /Provider drift: .* It is new since 2026-11-21\./)
})

test('a damaged file of history is named by line and column, and changes nothing', async () => {
  await using run = await nightlyProject({ cases: 3 })
  await run.night('2026-11-20')
  await run.project.sluice(['nightly', 'export', 'history.jsonl'])
  const file = path.join(run.project.root, 'history.jsonl')
  const text = readFileSync(file, 'utf8')
  const damage = async (damaged: string) => {
    using other = createProject(summaryFiles({ url: 'http://127.0.0.1:9/v1', cases: 3 }))
    other.write({ 'history.jsonl': damaged })
    const { code, stderr } = await other.sluice(['nightly', 'import', 'history.jsonl'])
    assert.equal((await other.sluice(['nightly', 'export'])).stdout, '', 'nothing was imported')
    return [code, stderr]
  }
  const [code, stderr] = await damage(text.slice(0, -40))
  assert.equal(code, 3)
  assert.match(String(stderr), /^history\.jsonl:4:\d+: .*not JSON/)
  assert.match(
    String((await damage(text.replace('"mean":1', '"mean":7')))[1]),
    /^history\.jsonl:1:\d+: score\.mean: must be at most 1/,
  )
  assert.match(String((await damage('{"kind":"day"}\n'))[1]), /^history\.jsonl:1:\d+: kind: /)
  const missing = await run.project.sluice(['nightly', 'import', 'nowhere.jsonl'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /nowhere\.jsonl: cannot be read: ENOENT/)
  writeFileSync(file, text)
})

test('the report holds to its schema, and the trend is a picture', async () => {
  await using run = await nightlyProject()
  await run.night('2026-11-20')
  const calm = await run.project.sluice(['nightly', '--night', '2026-11-20.2'])
  assert.match(calm.stdout, /no change against the baseline; no drop of more than 0\.030\s+is\s+shown/)
  run.world.forgets = (mail) => mail % 3 === 0
  const { stdout } = await run.project.sluice(['nightly', '--night', '2026-11-21', '--report-dir', 'out'])
  const schema = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../schemas/report.schema.json'), 'utf8'))
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
  const read = (name: string) => readFileSync(path.join(run.project.root, 'out', name), 'utf8')
  assert.ok(validate(JSON.parse(read('report.json'))), JSON.stringify(validate.errors))
  const report: Report = JSON.parse(read('report.json'))
  assert.equal(report.reproduce, 'sluice nightly --night 2026-11-21')
  assert.equal(report.features[0]?.baseline?.label, 'answers of 2026-11-20')
  assert.equal(report.features[0]?.cases[0]?.baselineOutput, 'Action item: pay invoice 0.')
  const svg = read('nightly.svg')
  assert.match(svg, /<path class="sign tone-pass"[^>]*><title>2026-11-20\.2: 1\.000, pass<\/title>/)
  assert.match(svg, /<path class="sign tone-fail"[^>]*><title>2026-11-21: 0\.650, fail<\/title>/)
  assert.match(stdout, /^FAIL {2}summary\nProvider drift:/)
  assert.match(read('report.md'), /Provider drift:/)
})

test('what cannot be run is refused before anything is asked', async () => {
  await using run = await nightlyProject({ cases: 2 })
  const refused = async (args: string[], env?: NodeJS.ProcessEnv) => {
    const { code, stderr } = await run.project.sluice(['nightly', ...args], env)
    assert.equal(code, 3, stderr)
    return stderr
  }
  assert.match(await refused(['--night', 'yesterday']), /--night yesterday: a night is a day, as 2026-11-24/)
  assert.match(await refused(['--night', '2026-13-01']), /--night 2026-13-01: there is no such day/)
  assert.match(await refused(['--suite', 'huge']), /has no suite "huge"/)
  const prompt = readFileSync(path.join(run.project.root, 'prompts/summary.prompt.yml'), 'utf8')
  run.project.write({ 'prompts/summary.prompt.yml': `${prompt}production: false\n` })
  assert.match(await refused([]), /every prompt says production: false \(summary\)/)
  assert.equal(run.model.requests.length, 0)
})
