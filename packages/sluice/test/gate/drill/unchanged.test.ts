import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dealer } from '../../../src/gate/drill/unchanged.ts'
import { type UnchangedReport, unchangedReportSchema } from '../../../src/records/report/unchanged-report.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { fakeModel, isJudgeRequest, judgement } from '../../support/fake-model.ts'
import { commitAll, judged, mailOf } from '../../support/gate-project.ts'
import { edit, measuredFiles } from '../../support/measured-project.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

async function unchanged(project: Project, feature: string, ...flags: string[]) {
  const { code, stdout, stderr } = await project.sluice(['drill', feature, ...flags, '--json'])
  assert.ok(stdout.startsWith('{'), stderr)
  const report: UnchangedReport = unchangedReportSchema.parse(JSON.parse(stdout))
  return { code, report }
}

/** Answers that are all alike, and a judge that says no to every third judgement of the first four mails. */
function wobblingJudge() {
  const asked = new Map<number, number>()
  return fakeModel((request) => {
    if (!isJudgeRequest(request)) return 'Action item: pay the invoice.'
    const mail = mailOf(request)
    asked.set(mail, (asked.get(mail) ?? 0) + 1)
    return judgement({ actions: mail < 4 && (asked.get(mail) ?? 0) % 3 === 0 ? 'no' : 'yes' })
  })
}

test('false alarms are counted by cause, asked for once, and the next gate says them until the measure changes', async () => {
  await using model = await wobblingJudge()
  using project = createProject(summaryFiles({ url: model.url, rubric: true, config: 'gate: {threshold: 0.88}\n' }))
  const { code, report } = await unchanged(project, 'summary', '--unchanged', '30')
  assert.deepEqual([code, report.state, report.runs, report.answersPerCase], [0, 'measured', 30, 6])
  assert.equal(model.requests.length, 10 * 6 * 2)
  const { blocked, byJudge, causes } = report
  assert.ok(blocked.runs > 0 && blocked.runs < 30, `${blocked.runs} blocked`)
  assert.ok(blocked.low !== null && blocked.high !== null && blocked.rate !== null)
  assert.ok(blocked.low < blocked.rate && blocked.rate < blocked.high)
  assert.equal(byJudge?.runs, blocked.runs, 'the answers are all alike: the judge alone can block')
  assert.ok(causes.length > 0 && causes.every(({ runs }) => runs <= blocked.runs))

  const again = await unchanged(project, 'summary', '--unchanged', '30')
  assert.equal(model.requests.length, 10 * 6 * 2, 'what was answered is kept')
  assert.deepEqual(again.report.blocked, blocked)

  commitAll(project, 'base')
  const note = async () => {
    const { report: gate } = await judged(project, ['gate', '--all'])
    return gate.features[0]?.notes.find((text) => text.startsWith('When it was last measured')) ?? ''
  }
  assert.match(
    await note(),
    new RegExp(`version [0-9a-f]{12}, judge [0-9a-f]{12}\\), .* blocked in ${blocked.runs} of 30 runs`),
  )
  assert.doesNotMatch(await note(), /Out of date/)
  edit(project, 'sluice.yaml', 'threshold: 0.88', 'threshold: 0.5')
  assert.match(await note(), /Out of date: suite or settings were others\. Again: sluice drill summary --unchanged 30/)
})

test('answers that cannot vary say nothing of false alarms', async () => {
  using project = createProject(measuredFiles)
  const { code, report } = await unchanged(project, 'mail', '--unchanged', '10')
  assert.deepEqual([code, report.state, report.runs, report.blocked.rate], [2, 'cannot-vary', 0, null])
  const { stdout } = await project.sluice(['drill', 'mail', '--unchanged', '10'])
  assert.match(stdout, /In no case do the 6 answers differ in score/)
  const mixed = await project.sluice(['drill', 'mail', '--unchanged', '10', '--tag', 't'])
  assert.deepEqual([mixed.code, /--unchanged plants nothing/.test(mixed.stderr)], [3, true])
})

test('every answer is dealt once before any is dealt again, and then in another order', () => {
  const orders = Array.from({ length: 40 }, (_, seed) => {
    const answerAt = dealer(6, seededRandom(seed))
    return Array.from({ length: 12 }, (_, place) => answerAt(place))
  })
  for (const order of orders) {
    assert.deepEqual(order.slice(0, 6).sort(), [0, 1, 2, 3, 4, 5])
    assert.deepEqual(order.slice(6).sort(), [0, 1, 2, 3, 4, 5])
  }
  const half = (order: number[]) => String(order.filter((_, place) => place % 2 === 0).sort())
  const kept = orders.filter((order) => half(order.slice(0, 6)) === half(order.slice(6))).length
  assert.ok(kept < 12, `a version kept its half in ${kept} of 40 deals; 1 in 20 is chance`)
})
