import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { judgeRubricReportSchema } from '../../../src/records/report/judge-rubric-report.ts'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../../support/fake-model.ts'
import { mailOf } from '../../support/gate-project.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

type Verdict = 'yes' | 'no' | 'cannot_tell'

const file = 'labels/summary.rewordings.yaml'
const question = 'Does it list the action items?'

/** A judge that says of `actions` what `says` makes of the question and the mail, and words questions when asked to. */
function judging(says: (asked: string, mail: number) => Verdict) {
  return (request: ChatRequest): Reply => {
    const text = textOf(request)
    if (text.includes('You reword a yes-or-no'))
      return JSON.stringify({ wording1: 'Are they all there?', wording2: 'Is each one named?', wording3: 'Complete?' })
    if (text.includes('do not agree')) return JSON.stringify({ question: 'Does it list every action item by name?' })
    if (!isJudgeRequest(request)) return 'Action item: pay the invoice.'
    const asked = /id: actions\nquestion: (.*)/.exec(text)?.[1] ?? ''
    return judgement({ actions: says(asked, mailOf(request)) })
  }
}

function projectAt(url: string, files: Record<string, string> = {}, cases = 12) {
  return createProject({ ...summaryFiles({ url, cases, rubric: true }), ...files })
}

async function reviewed(project: Project, ...flags: string[]) {
  const { code, stdout, stderr } = await project.sluice(['judge', 'rubric', 'summary', '--json', ...flags])
  assert.equal(stderr.includes('fault of its own'), false, stderr)
  const report = judgeRubricReportSchema.parse(JSON.parse(stdout))
  return { code, report, item: report.items[0]! }
}

/** Labels of the answers that the model above gives. */
function labelFiles(cases: number, verdictsOf: (index: number) => Record<string, 'yes' | 'no' | 'unclear'>) {
  const text = 'Action item: pay the invoice.'
  const output = createHash('sha256').update(text).digest('hex')
  const lines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const ids = Array.from({ length: cases }, (_, index) => `case-${index}`)
  return {
    'labels/summary.outputs.jsonl': lines(
      ids.map((id) => ({ output, case: id, version: null, text, repeat: 1, candidate: true })),
    ),
    'labels/summary.jsonl': lines(
      ids.flatMap((id, index) =>
        Object.entries(verdictsOf(index)).map(([labeller, verdict]) => ({
          ...{ case: id, item: 'actions', verdict, labeller, kind: 'human', output, probability: null },
          ...{ at: '2026-11-26T10:00:00.000Z', version: null, sawJudge: false },
        })),
      ),
    ),
  }
}

test('rewordings are made once and kept, and a second run asks nobody', async () => {
  await using model = await fakeModel(judging(() => 'yes'))
  using project = projectAt(model.url)
  await project.sluice(['eval', 'summary'])
  model.requests.length = 0
  const { code, report, item } = await reviewed(project, '--max-flips', '0.3')
  // One question for the wordings; then each output again in its own words and in three others.
  assert.equal(model.requests.length, 1 + 12 * 4)
  assert.ok(model.requests.every(isJudgeRequest), 'the model under test is asked nothing')
  assert.deepEqual(report.outputs, { found: 12, judged: 12 })
  const { verdicts, flips, outputs, flippedOutputs, ciHigh, again, state } = item.wording
  assert.deepEqual([verdicts, flips, outputs, flippedOutputs, again], [36, 0, 12, 0, { outputs: 12, flips: 0 }])
  assert.equal(ciHigh?.toFixed(4), (1 - 0.025 ** (1 / 12)).toFixed(4))
  assert.equal(state, 'holds')
  assert.equal(item.said.noUpper?.toFixed(4), (1 - 0.05 ** (1 / 12)).toFixed(4))
  // Without labels nothing is said about gaps.
  assert.deepEqual([item.labels.state, item.labels.needed, code], ['too-few', 10, 2])
  const kept = readFileSync(path.join(project.root, file), 'utf8')
  assert.match(kept, /- item: "actions"\n {2}ask: "Does it list the action items\?"\n {2}by: "local:judge"\n/)
  model.requests.length = 0
  const second = await reviewed(project, '--max-flips', '0.3')
  assert.equal(model.requests.length, 0)
  assert.deepEqual(second.report.items, report.items)
  const { stdout } = await project.sluice(['judge', 'rubric', 'summary'])
  const said = stdout.replace(/\s+/g, ' ')
  assert.match(said, /actions never says no: 0 of 12 outputs, which means on at most 22\.1 %/)
  assert.match(said, /actions is open: 0 of 36 verdicts flipped/)
  assert.match(said, /too few labels to find a gap, 10 more cases needed/)
})

test('an item whose verdicts flip in other words depends on its wording: exit 1', async () => {
  const says = (asked: string, mail: number) => (asked === 'Complete?' && mail % 2 === 0 ? 'no' : 'yes')
  await using model = await fakeModel(judging(says))
  using project = projectAt(model.url)
  await project.sluice(['eval', 'summary'])
  const { code, item } = await reviewed(project)
  assert.deepEqual([item.wording.flips, item.wording.flippedOutputs, item.wording.again.flips], [6, 6, 0])
  assert.deepEqual([item.wording.state, code], ['depends', 1])
})

test('people against the judge, or against each other, are a gap with its cases and a proposal', async () => {
  await using model = await fakeModel(judging(() => 'yes'))
  const disagree = labelFiles(12, (index) => ({
    ann: index < 5 ? 'no' : 'yes',
    ...(index === 5 && { bob: 'unclear' }),
  }))
  using project = projectAt(model.url, disagree)
  const { code, report, item } = await reviewed(project)
  assert.equal(code, 1)
  assert.deepEqual([item.labels.compared, item.labels.contested, item.labels.state], [12, 6, 'gap'])
  const [gap] = report.gaps
  assert.equal(gap?.proposal, 'Does it list every action item by name?')
  assert.deepEqual(gap?.cases[0], {
    case: 'case-0',
    output: createHash('sha256').update('Action item: pay the invoice.').digest('hex'),
    said: ['ann: no', 'the judge: yes'],
  })
  assert.deepEqual(gap?.cases.at(-1)?.said, ['ann: yes', 'bob: the rubric does not say', 'the judge: yes'])
  const agree = labelFiles(12, () => ({ ann: 'yes' }))
  project.write(agree)
  const { item: same, report: none } = await reviewed(project, '--max-flips', '0.3')
  assert.deepEqual([same.labels.state, same.labels.contested, none.gaps], ['none-shown', 0, []])
  assert.equal(none.exitCode, 0)
})

test('nothing kept is no result: it is said, exit 2', async () => {
  await using model = await fakeModel(judging(() => 'yes'))
  using project = projectAt(model.url)
  const { code, report, item } = await reviewed(project)
  assert.deepEqual([code, report.outputs.found, item.wording.state], [2, 0, 'untested'])
  const { stdout } = await project.sluice(['judge', 'rubric', 'summary'])
  assert.match(stdout, /no kept output to judge, so nothing is known of the wording/)
})

test('where no rewording could be made there is no file to read and commit', async () => {
  await using model = await fakeModel(() => '')
  using project = projectAt(model.url)
  const { stdout } = await project.sluice(['judge', 'rubric', 'summary'])
  assert.match(stdout, /there is no rewording of it.*Next: fix what is named above/s)
})

for (const [wordings, message] of [
  [['Does it LIST the action items'], /rewording 1 is the question itself, so it tests nothing/],
  [['Are they there?', 'are they there'], /rewordings 1 and 2 are the same/],
] as const) {
  test(`refused in a file of rewordings: ${wordings.join(', ')}`, async () => {
    await using model = await fakeModel(judging(() => 'yes'))
    using project = projectAt(model.url, {
      [file]: JSON.stringify([{ item: 'actions', ask: question, by: 'ann', rewordings: wordings }]),
    })
    const { code, stderr } = await project.sluice(['judge', 'rubric', 'summary'])
    assert.equal(code, 3)
    assert.match(stderr, message)
    assert.equal(model.requests.length, 0)
  })
}

test('a question that changed is reworded anew, one of a person is kept; a spent budget ends the run', async () => {
  await using model = await fakeModel(judging(() => 'yes'))
  const entry = (ask: string) =>
    JSON.stringify([{ item: 'actions', ask, by: 'ann', rewordings: ['In the words of Ann?'] }])
  using project = projectAt(model.url, { [file]: entry(question) })
  assert.equal((await reviewed(project)).item.by, 'ann')
  assert.equal(model.requests.length, 0)
  project.write({ [file]: entry('Another question?') })
  assert.equal((await reviewed(project)).item.by, 'local:judge')
  await project.sluice(['eval', 'summary'])
  const poor = await reviewed(project, '--budget-usd', '0.003', '--concurrency', '1')
  assert.equal(poor.code, 4)
  assert.ok(poor.report.outputs.judged > 0)
})
