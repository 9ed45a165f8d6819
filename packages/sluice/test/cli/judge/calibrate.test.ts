import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type Calibration, calibrationSchema } from '../../../src/records/report/calibration.ts'
import { fakeModel, judgement, textOf } from '../../support/fake-model.ts'
import { judgedLines, labelFiles, labelledProject, labelReader, mixed } from '../../support/labels/labelled-project.ts'
import type { Project } from '../../support/project.ts'

const shipped = path.join(import.meta.dirname, '../../../schemas/calibration.schema.json')

async function calibrated(project: Project, ...args: string[]): Promise<{ code: number | null; found: Calibration }> {
  const { code, stdout, stderr } = await project.sluice(['judge', 'calibrate', 'summary', '--json', ...args])
  assert.ok(stdout.startsWith('{'), stderr)
  return { code, found: calibrationSchema.parse(JSON.parse(stdout)) }
}

test('a judge that agrees with people may gate; asked again, it costs nothing', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 20, bad: 19, missed: 1 }), model)
  const { code, stdout, stderr } = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.equal(code, 0, stdout + stderr)
  assert.doesNotMatch(stderr, /\d errors?/, 'a verdict is no error for want of a score')
  assert.match(stdout, /^MAY GATE: kappa 0\.950 \[0\.\d{3}, 0\.\d{3}\] is at least 0\.6\.$/m)
  assert.match(stdout, /^ *actions +40 +0\.950 .* may gate$/m)
  assert.equal(model.requests.length, 40)
  assert.equal(judgedLines(project).length, 40)
  const again = await calibrated(project)
  assert.equal(again.code, 0)
  assert.equal(model.requests.length, 40)
  assert.equal(judgedLines(project).length, 40)
  assert.deepEqual(again.found.all?.confusion, {
    yes: { yes: 20, no: 0, cannotTell: 0 },
    no: { yes: 1, no: 19, cannotTell: 0 },
  })
})

test('a verdict of the judge that a kill has cut off is left out with a word, and written anew', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 10, bad: 10 }), model)
  await project.sluice(['judge', 'calibrate', 'summary'])
  const file = path.join(project.root, 'labels/summary.judged.jsonl')
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.slice(0, -40))
  const { code, stderr } = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^warning: labels\/summary\.judged\.jsonl:20: the last line was cut off/m)
  assert.equal(judgedLines(project).length, 20)
  const cutInTwo = Buffer.from('{"judge":"ü"}').subarray(0, 11)
  writeFileSync(file, Buffer.concat([Buffer.from(whole), cutInTwo]))
  assert.equal((await project.sluice(['judge', 'calibrate', 'summary'])).code, 0)
  writeFileSync(file, whole.replace('"judge"', '"jugde"'))
  assert.equal((await project.sluice(['judge', 'calibrate', 'summary'])).code, 3, 'any other line stays an error')
})

test('a judge that says yes to everything may not gate', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 25, bad: 0, missed: 15 }), model)
  const { code, found } = await calibrated(project)
  assert.equal(code, 1)
  assert.equal(found.verdict, 'may not gate')
  assert.equal(found.all?.kappa?.value, 0)
})

test('with few labels it says how many more', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 4, bad: 4 }), model)
  const { code, stdout } = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.equal(code, 2)
  assert.match(stdout, /^TOO FEW LABELS \(about \d+ more labels\): 8 labels, and fewer than 10 say nothing\.$/m)
  assert.match(stdout, /^Next: sluice judge label summary$/m)
})

test('without labels nothing is asked, and the way to labels is named', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject([], model)
  const { code, stdout } = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.equal(code, 2)
  assert.match(stdout, /NOT CALIBRATED: no labels of people: run sluice judge label summary\./)
  assert.equal(model.requests.length, 0)
})

test('repeats show a judge that wavers, and only missing verdicts are asked for', async () => {
  await using model = await fakeModel((request, index) => {
    const wavers = index >= 20 && textOf(request).includes('Labelled output 12:')
    return wavers ? judgement({ actions: 'yes' }) : labelReader(request)
  })
  using project = labelledProject(mixed({ right: 10, bad: 10 }), model)
  await calibrated(project)
  const { found } = await calibrated(project, '--repeats', '3')
  assert.equal(model.requests.length, 60)
  assert.equal(found.selfConsistency?.outputs, 20)
  assert.equal(found.selfConsistency?.same, 0.95)
  assert.ok(Math.abs((found.selfConsistency?.flips.value ?? 0) - 2 / 3 / 20) < 1e-9)
  assert.ok(Math.abs((found.all?.confusion.no.yes ?? 0) - 2 / 3) < 1e-9)
})

test('a run that the budget ended goes on where it stopped', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 10, bad: 10 }), model)
  const short = await project.sluice(['judge', 'calibrate', 'summary', '--budget-usd', '0.003', '--concurrency', '1'])
  assert.equal(short.code, 4, short.stdout)
  assert.match(short.stderr, /outputs? without a verdict: .*budget/)
  assert.equal(short.stderr.match(/without a verdict/g)?.length, 1, 'one cause is one line')
  const before = judgedLines(project).length
  assert.ok(before < 20)
  const { found } = await calibrated(project)
  assert.equal(found.all?.labels, 20)
  assert.equal(model.requests.length, 20)
})

test('another question, or another judge, makes the calibration stale until it is asked again', async () => {
  await using model = await fakeModel(labelReader)
  const labelled = mixed({ right: 10, bad: 10 })
  using project = labelledProject(labelled, model)
  const first = await calibrated(project)
  using other = labelledProject(labelled, { ...model, prompt: '' })
  other.write({
    ...labelFiles(labelled),
    'labels/summary.judged.jsonl': judgedLines(project)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
    'prompts/summary.prompt.yml': `sluice: 1
name: summary
model: local:model-a
messages:
  - {role: user, content: "Summarise: {{email}}"}
suites: {fast: ../evals/summary.jsonl}
rubric: [{id: actions, ask: Does it list every action item?}]
`,
  })
  const second = await calibrated(other)
  assert.notEqual(second.found.judge.id, first.found.judge.id)
  assert.equal(model.requests.length, 40)
  assert.equal(judgedLines(other).length, 40)
})

test('the format of the calibration has a schema', async () => {
  using project = labelledProject([], { url: 'http://127.0.0.1:9' })
  const { code, stdout } = await project.sluice(['schema', 'calibration'])
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout), JSON.parse(readFileSync(shipped, 'utf8')))
})

test('a feature that does not exist, and a damaged file of labels, are invalid input', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 2, bad: 2 }), model)
  const unknown = await project.sluice(['judge', 'calibrate', 'sumary'])
  assert.equal(unknown.code, 3)
  assert.match(unknown.stderr, /did you mean "summary"/)
  project.write({ 'labels/summary.jsonl': '{"case": "case-0"\n' })
  const damaged = await project.sluice(['judge', 'calibrate', 'summary'])
  assert.equal(damaged.code, 3)
  assert.match(damaged.stderr, /labels\/summary\.jsonl:1/)
  assert.equal(model.requests.length, 0)
})
