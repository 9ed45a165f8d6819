import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { matrixReportSchema } from '../../../src/records/report/matrix-report.ts'
import { fakeModel, isJudgeRequest } from '../../support/fake-model.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'
import { bad, good, judges, recordedProject } from '../../support/recorded-models.ts'

const models = {
  old: { says: (index: number) => (index % 10 ? good : bad), usd: 0.02 },
  near: { says: (index: number) => (index % 9 ? good : bad), usd: 0.004, ms: 40 },
  worse: { says: (index: number) => (index % 2 ? good : bad) },
  broken: { says: (index: number) => (index % 2 ? good : undefined) },
  judge: judges(() => 'yes'),
}

/** Two prompts on the same cases, and one of its own. */
function project() {
  const files = recordedProject({ models, features: ['summary', 'triage'] })
  const prompt = files['prompts/summary.prompt.yml'] ?? ''
  return createProject({
    ...files,
    'prompts/short.prompt.yml': prompt.replace('name: summary', 'name: short').replace('Summarise', 'In one line'),
    'prompts/strict.prompt.yml': prompt
      .replace('name: summary', 'name: strict')
      .replace('{contains: Action item}', '{contains: Action item, must: true}'),
  })
}

async function compared(on: Project, ...args: string[]) {
  const { code, stdout, stderr } = await on.sluice(['eval', ...args, '--json'])
  assert.ok(stdout.startsWith('{'), stderr)
  return { code, report: matrixReportSchema.parse(JSON.parse(stdout)) }
}

test('prompts down, models across: each asked once, each against the first prompt with its own model', async () => {
  using on = project()
  const { code, report } = await compared(on, 'summary', 'short', '--compare', 'recorded:near,recorded/worse')
  assert.equal(code, 0)
  assert.deepEqual(report.models, ['recorded:old', 'recorded:near', 'recorded:worse'])
  assert.deepEqual(
    report.cells.map(({ feature, model, difference }) => [feature, model, difference?.outcome]),
    [
      ['summary', 'recorded:old', undefined],
      ['summary', 'recorded:near', 'undecided'],
      ['summary', 'recorded:worse', 'worse'],
      ['short', 'recorded:old', 'undecided'],
      ['short', 'recorded:near', 'undecided'],
      ['short', 'recorded:worse', 'worse'],
    ],
  )
  assert.deepEqual([report.comparisons, report.fromRecordings, report.judge], [5, 6 * 30, null])
  const [own, near] = report.cells
  assert.deepEqual([own?.score.mean, own?.reference, own?.own], [0.9, null, true])
  assert.deepEqual(near?.reference, { feature: 'summary', model: 'recorded:old' })
  assert.deepEqual([near?.usdPer1000Answers?.toFixed(6), near?.latencyP50Ms, near?.latencyP95Ms], ['4.000000', 40, 40])
  assert.deepEqual(near?.difference?.pairs, 30)
})

test('one table for a terminal, with what the numbers mean; models that do not fit beside each other go below', async () => {
  using on = project()
  const run = ['eval', 'summary', '--compare', 'recorded:near,recorded:worse', '--repeats', '2']
  const { code, stdout, stderr } = await on.sluice(run)
  assert.equal(code, 0)
  assert.match(stderr, / 180\/180 \(100 %\)/)
  assert.match(stdout, /^summary +recorded:old \(its own\) +recorded:near +recorded:worse$/m)
  assert.match(stdout, /^ {2}difference +reference +-0\.033 +-0\.400$/m)
  assert.match(stdout, /^ {4}result +cannot be told apart +worse$/m)
  assert.match(stdout, /All 2\s+intervals of differences hold together at 95 % \(Bonferroni: 97\.5 % each\)/)
  assert.match(stdout, /^Again: sluice eval summary --compare recorded:near,recorded:worse --repeats 2$/m)
  assert.doesNotMatch(stdout, /best|winner|better$/m)
})

test('errors have no score and are told apart from what is unfinished: such a cell is no winner', async () => {
  using on = project()
  const { code, report } = await compared(on, 'summary', '--compare', 'recorded:broken')
  assert.equal(code, 2)
  const broken = report.cells[1]
  assert.deepEqual(broken?.answers, { asked: 30, scored: 15, errors: 15, unfinished: 0 })
  assert.deepEqual([broken?.complete, broken?.difference?.outcome, broken?.score.mean], [false, 'undecided', 1])
  assert.match(broken?.causes.join() ?? '', /15 cases \(summary-0, .*boom/)
  const { stdout } = await on.sluice(['eval', 'summary', '--compare', 'recorded:broken'])
  assert.match(stdout, /^ {2}score +0\.900 +1\.000 \(of 15 of 30\)$/m)
  assert.match(stdout, /incomplete: cannot be told apart/)
  assert.match(stdout, /- summary, recorded:broken: 15 answers with an error; they are no zeros/)
})

test('prompts that are measured otherwise are compared with their own model, and it is said why', async () => {
  using on = project()
  const { report } = await compared(on, 'summary', 'triage', 'strict', '--compare', 'recorded:worse')
  assert.deepEqual(
    report.cells.filter(({ reference }) => reference === null).map(({ feature }) => feature),
    ['summary', 'triage', 'strict'],
  )
  assert.equal(report.comparisons, 3)
  assert.match(report.notes.join('\n'), /triage has another suite than summary/)
  assert.match(report.notes.join('\n'), /strict has another set of checks than summary/)
  const must = report.cells.filter(({ model }) => model === 'recorded:worse').map(({ mustFailed }) => mustFailed)
  assert.deepEqual(must, [0, 0, 0.5])
})

test('what cannot be is refused before anything is asked', async () => {
  using on = project()
  on.write({
    'prompts/app.prompt.yml': `${readFileSync(path.join(on.root, 'prompts/short.prompt.yml'), 'utf8').replace('name: short', 'name: app')}target: {command: [cat]}\n`,
  })
  const refused: [args: string[], words: RegExp][] = [
    [
      ['summary', '--compare', 'recorded:old'],
      /--compare recorded:old: this is the model of prompts\/summary\.prompt\.yml already/,
    ],
    [['summary', '--compare', 'recorded:near,recorded/near'], /--compare recorded:near: named twice/],
    [
      ['summary', '--compare', 'recroded:near'],
      /--compare recroded:near: there is no provider "recroded"; did you mean "recorded"/,
    ],
    [['summary', '--compare', 'near'], /--compare near: names no provider/],
    [['summary', '--compare', 'recorded:near,'], /--compare "": names no provider/],
    [
      ['summary', '--compare', 'recorded:gone'],
      /--compare recorded:gone: the recordings of recorded hold no answer of this model/,
    ],
    [['summary', 'summary', '--compare', 'recorded:near'], /feature "summary" is named twice/],
    [['summary', 'shrot', '--compare', 'recorded:near'], /no feature "shrot"; did you mean "short"/],
    [['summary', 'short'], /one feature at a time, or several side by side with --compare/],
    [['app', '--compare', 'recorded:near'], /app\.prompt\.yml: its answers come from an application/],
    [['summary', '--compare', 'openai:no-such', '--budget-usd', '1'], /openai:no-such has no known price/],
    [['summary', '--compare', 'recorded:near', '--suite', 'full'], /has no suite "full"/],
    [['summary', '--compare', 'recorded:near', '--tag', 'none'], /summary: no case has the tag none/],
  ]
  for (const [args, words] of refused) {
    const { code, stderr, stdout } = await on.sluice(['eval', ...args])
    assert.deepEqual([code, stdout], [3, ''], `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, words)
  }
})

test('a model without its key, and one that its server does not know, are named before the others are paid', async () => {
  await using model = await fakeModel(({ model: name }) =>
    name === 'gone' ? { status: 404, body: '{"error":{"code":"model_not_found","message":"no such model"}}' } : good,
  )
  using on = createProject(summaryFiles({ url: model.url, cases: 20 }))
  const keyless = await on.sluice(['eval', 'summary', '--compare', 'openai:gpt-5.4-mini-2026-03-17'])
  assert.deepEqual([keyless.code, model.requests.length], [4, 0])
  assert.match(
    keyless.stderr,
    /--compare openai:gpt-5\.4-mini-2026-03-17: .*set the environment variable OPENAI_API_KEY/,
  )
  const unknown = await on.sluice(['eval', 'summary', '--compare', 'local:model-b,local:gone'])
  assert.deepEqual([unknown.code, unknown.stdout], [4, ''])
  assert.match(unknown.stderr, /--compare local:gone: .*no such model[\s\S]*correct the model, or leave it out/)
  assert.ok(model.requests.length <= 3, `${model.requests.length}`)
})

test('one budget for all cells: what it leaves out is unfinished and exit 4, and a rerun pays for the rest alone', async () => {
  await using model = await fakeModel((request) =>
    isJudgeRequest(request) ? (judges(() => 'yes').says(0) ?? '') : good,
  )
  using on = createProject(summaryFiles({ url: model.url, cases: 8, rubric: true }))
  const run = ['summary', '--compare', 'local:model-b']
  const first = await compared(on, ...run, '--budget-usd', '0.007')
  assert.equal(first.code, 4)
  const [own, other] = first.report.cells
  assert.ok((other?.answers.unfinished ?? 0) > 0 && other?.answers.errors === 0, JSON.stringify(other))
  assert.deepEqual([other?.difference?.outcome, own?.complete, other?.complete], ['undecided', true, false])
  assert.match(first.report.notes.join(), /higher --budget-usd pays for the rest alone/)
  const paid = model.requests.length
  const second = await compared(on, ...run)
  assert.deepEqual([second.code, second.report.cells.map(({ complete }) => complete)], [0, [true, true]])
  // An answer and a judgement for each case and cell, however often it was begun; equal answers are judged once.
  assert.equal(second.report.calls + paid, model.requests.length)
  assert.equal(new Set(model.requests.map((request) => JSON.stringify(request))).size, model.requests.length)
  assert.equal(second.report.judge?.model, 'local:judge')
  const third = await compared(on, ...run)
  assert.deepEqual([third.report.calls, third.report.usd], [0, 0])
})

test('an unknown price is n/a and never 0, and a judge of the same family is named', async () => {
  await using model = await fakeModel((request) =>
    isJudgeRequest(request) ? (judges(() => 'yes').says(0) ?? '') : good,
  )
  const files = summaryFiles({ url: model.url, cases: 3, rubric: true })
  using on = createProject({
    ...files,
    'sluice.yaml': files['sluice.yaml']
      .replace('"local:judge"', '"local:qwen-judge"')
      .replace('"local:*"', '"local:model-a"'),
  })
  const { report } = await compared(on, 'summary', '--compare', 'local:qwen3')
  const [own, other] = report.cells
  assert.ok((own?.usdPer1000Answers ?? 0) > 0)
  assert.equal(other?.usdPer1000Answers, null)
  assert.match(report.notes.join(), /judge local:qwen-judge and candidate local:qwen3 are both of the Qwen family/)
  const { stdout } = await on.sluice(['eval', 'summary', '--compare', 'local:qwen3'])
  assert.match(stdout, /^ {2}1,000 answers +0\.\d+ USD +n\/a$/m)
})

test('--report-dir holds the same as one page that loads nothing, with hostile names as text', async () => {
  using on = project()
  const hostile = '<img src=x onerror=alert(1)>'
  const text = readFileSync(path.join(on.root, 'recordings/all.jsonl'), 'utf8')
  on.write({ 'recordings/all.jsonl': text.replaceAll('"near"', JSON.stringify(hostile.replaceAll(' ', '/'))) })
  const run = ['summary', '--compare', `recorded:${hostile.replaceAll(' ', '/')}`, '--report-dir', 'out']
  const { code, report } = await compared(on, ...run)
  assert.equal(code, 0)
  const read = (name: string) => readFileSync(path.join(on.root, 'out', name), 'utf8')
  assert.deepEqual(JSON.parse(read('matrix.json')).cells, report.cells)
  const page = read('matrix.html')
  assert.doesNotMatch(page, /<img|<link[^>]+href="http/)
  assert.match(page, /recorded:&lt;img\/src=x\/onerror=alert\(1\)&gt;/)
  assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;/)
  assert.match(page, /cannot be told apart/)
})

test('sluice schema matrix describes what --json prints', async () => {
  using on = createProject({})
  const { code, stdout } = await on.sluice(['schema', 'matrix'])
  assert.equal(code, 0)
  const shipped = readFileSync(path.join(import.meta.dirname, '../../../schemas/matrix.schema.json'), 'utf8')
  assert.deepEqual(JSON.parse(stdout), JSON.parse(shipped))
})
