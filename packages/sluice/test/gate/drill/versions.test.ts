import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undecidedNote } from '../../../src/gate/drill/version-mutants.ts'
import { type DrillVersion, drillReportSchema } from '../../../src/records/report/drill-report.ts'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, textOf } from '../../support/fake-model.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

const message = 'List every action item of it. Be kind to all readers. {{email}}'
const changes = 'drop-instruction,weaken-instruction,contradict-instruction'

/** A model that lists action items only if it is told to, without an if or a never. */
function obedient(request: ChatRequest): string {
  const text = textOf(request)
  if (isJudgeRequest(request)) return judgement({ actions: text.includes('Nothing to do') ? 'no' : 'yes' })
  const isTold = /(?<!do this: |of it: )List every action item/.test(text)
  return isTold ? 'Action item: Ann sends the invoice by Friday.' : 'Nothing to do.'
}

async function drilled(project: Project, ...flags: string[]) {
  const { code, stdout, stderr } = await project.sluice(['drill', 'summary', '--mutants', '1', ...flags, '--json'])
  assert.ok(stdout.startsWith('{'), stderr)
  return { code, report: drillReportSchema.parse(JSON.parse(stdout)) }
}

test('an instruction that no case notices is named by its line, with a rubric item that asks for it', async () => {
  await using model = await fakeModel(obedient)
  using project = createProject(summaryFiles({ url: model.url, cases: 6, rubric: true, message }))
  const { code, report } = await drilled(project, '--only', changes)
  const outcomes = report.versions.map(({ mutator, what, line, outcome }) => [mutator, what, line, outcome])
  const [told, kind] = ['List every action item of it.', 'Be kind to all readers.']
  assert.deepEqual(outcomes, [
    ['drop-instruction', told, 5, 'killed'],
    ['weaken-instruction', told, 5, 'killed'],
    ['contradict-instruction', told, 5, 'killed'],
    ['drop-instruction', kind, 5, 'survived'],
    ['weaken-instruction', kind, 5, 'survived'],
    ['contradict-instruction', kind, 5, 'survived'],
  ])
  assert.deepEqual(
    report.unnoticed.map(({ file, line, text }) => [file, line, text]),
    [['prompts/summary.prompt.yml', 5, kind]],
  )
  assert.match(report.unnoticed[0]?.yaml ?? '', /ask: .*Be kind to all readers\./)
  assert.equal(code, 1)
  const { stdout } = await project.sluice(['drill', 'summary', '--only', changes, '--mutants', '1'])
  assert.match(stdout, /prompts\/summary\.prompt\.yml:5 \(drop-instruction, .*\) Be kind to all readers\./)
})

test('an instruction that no case notices is named in a suite with critical cases too, by enough answers of these', async () => {
  await using model = await fakeModel(obedient)
  const fields = (index: number) => (index === 0 ? { critical: true } : {})
  using project = createProject(summaryFiles({ url: model.url, cases: 6, rubric: true, message, fields }))
  const { report } = await drilled(project, '--only', 'drop-instruction')
  assert.deepEqual(
    report.versions.map(({ outcome }) => outcome),
    ['killed', 'survived'],
  )
  assert.equal(report.baseline.answersPerCase, 3)
  assert.deepEqual(
    report.unnoticed.map(({ text }) => text),
    ['Be kind to all readers.'],
  )
})

test('versions that are held for a critical case alone come with the flag that would decide them', () => {
  const version = (changes: Partial<DrillVersion>): DrillVersion => {
    const found = {
      mutator: 'hotter',
      what: 'temperature 1',
      line: null,
      version: 'a',
      verdict: 'inconclusive' as const,
    }
    return { ...found, outcome: 'held', difference: 0, ciLow: null, ciHigh: null, reasons: [], ...changes }
  }
  const held = version({ reasons: ['critical-undecided'] })
  const others = [version({ reasons: ['inconclusive', 'critical-undecided'] }), version({ outcome: 'survived' })]
  const [note = '', ...more] = undecidedNote([held, ...others], { criticalRepeats: 24 })
  assert.match(note, /^1 worse version is held for critical cases alone.*: --repeats 24 asks/)
  assert.deepEqual([more, undecidedNote(others, { criticalRepeats: 24 })], [[], []])
})

test('a tag that no case has is refused before anything is asked', async () => {
  await using model = await fakeModel(obedient)
  using project = createProject(summaryFiles({ url: model.url, cases: 6, message }))
  const { code, stderr } = await project.sluice(['drill', 'summary', '--tag', 'cores'])
  assert.deepEqual([code, model.requests.length], [3, 0])
  assert.match(stderr, /--tag cores: there is no such tag in the suite fast; did you mean "core"\?/)
})

test('another model answers in place of the own one, and recorded answers are not asked for changed prompts', async () => {
  await using model = await fakeModel((request) => (request.model === 'poor' ? 'Nothing.' : obedient(request)))
  using project = createProject(summaryFiles({ url: model.url, cases: 6, message }))
  const { report } = await drilled(project, '--only', 'other-model,hotter', '--model', 'local:poor')
  assert.deepEqual(
    report.versions.map(({ mutator, what, outcome }) => [mutator, what, outcome]),
    [
      ['other-model', 'local:poor', 'killed'],
      ['hotter', 'temperature 1.5', 'survived'],
    ],
  )
  assert.ok(model.requests.some((request) => 'temperature' in request && request.temperature === 1.5))
})

test('a drill ends with its budget, and goes on from there', async () => {
  await using model = await fakeModel(obedient)
  using project = createProject(summaryFiles({ url: model.url, cases: 6, rubric: true, message }))
  const flags = ['--only', 'date', '--strength', 'strong']
  const short = await drilled(project, ...flags, '--budget-usd', '0.008')
  assert.equal(short.code, 4)
  const paid = model.requests.length
  const whole = await drilled(project, ...flags)
  assert.deepEqual([whole.report.calls, whole.report.mutants.length], [model.requests.length - paid, 1])
  assert.ok(whole.report.fromStore > 0)
})
