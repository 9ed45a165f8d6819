import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withJudge } from '../../../src/gate/calibration/judge-reason.ts'
import { matrixReportSchema } from '../../../src/records/report/matrix-report.ts'
import { unchangedReportSchema } from '../../../src/records/report/unchanged-report.ts'
import { upgradeReportSchema } from '../../../src/records/report/upgrade-report.ts'
import { fakeModel, isJudgeRequest, judgement } from '../../support/fake-model.ts'
import { commitAll, type Judged, judged, mailOf } from '../../support/gate-project.ts'
import { labelledProject, labelReader, mixed } from '../../support/labels/labelled-project.ts'
import { edit } from '../../support/measured-project.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'
import { good, judges, recordedProject } from '../../support/recorded-models.ts'

const demands = (onUncalibrated: string) => `gate: {judge: {onUncalibrated: ${onUncalibrated}}}\n`
const never = /^The judge was never calibrated.*sluice judge label summary\.$/

test('a night obeys gate.judge as the gate does, and says which it was', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject([], { ...model, config: demands('block') })
  const night = (name: string) => judged(project, ['nightly', '--night', name])
  const codes = ({ report }: Judged) => report.features[0]?.reasons.map(({ code }) => code) ?? []
  const blocked = await night('2026-11-20')
  const [feature] = blocked.report.features
  assert.deepEqual([blocked.code, feature?.verdict, feature?.reasons[0]?.code], [2, 'inconclusive', 'judge'])
  assert.match(feature?.reasons[0]?.message ?? '', never)
  edit(project, 'sluice.yaml', 'block', 'warn')
  const warned = await night('2026-11-21')
  assert.deepEqual([warned.code, warned.report.features[0]?.strength, codes(warned)[0]], [0, 'weak', 'judge'])
  edit(project, 'sluice.yaml', 'warn', 'allow')
  const allowed = await night('2026-11-22')
  assert.deepEqual([allowed.code, codes(allowed).includes('judge')], [0, false])
})

test('a night whose judge is shown to be right passes under block', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 20, bad: 20 }), { ...model, config: demands('block') })
  assert.equal((await project.sluice(['judge', 'calibrate', 'summary'])).code, 0)
  const { code, report } = await judged(project, ['nightly', '--night', '2026-11-20'])
  assert.deepEqual([code, report.features[0]?.judge?.calibration?.verdict], [0, 'may gate'])
})

test('a comparison of versions obeys it; one of files of scores says that it does not', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject([], { ...model, config: demands('block') })
  commitAll(project, 'base')
  edit(project, 'prompts/summary.prompt.yml', 'Summarise:', 'Please summarise:')
  const { code, report } = await judged(project, ['compare', 'summary', '--baseline', 'HEAD'])
  assert.deepEqual([code, report.features[0]?.reasons[0]?.code], [2, 'judge'])
  const lines = Array.from({ length: 30 }, (_, id) => `${JSON.stringify({ id: `c${id}`, score: 0.9 })}\n`).join('')
  project.write({ 'a.jsonl': lines, 'b.jsonl': lines })
  const files = ['compare', '--candidate-scores', 'a.jsonl', '--baseline-scores', 'b.jsonl']
  const output = async () => (await judged(project, files)).report.features[0]?.notes.join('\n') ?? ''
  assert.match(await output(), /gate\.judge\.onUncalibrated: block was not applied/)
  edit(project, 'sluice.yaml', 'block', 'allow')
  assert.doesNotMatch(await output(), /onUncalibrated/)
})

test('an upgrade proposes no model by a judge that is not shown to be right, where that blocks', async () => {
  const models = { old: { says: () => good }, new: { says: () => good }, judge: judges(() => 'yes') }
  const prompt = 'rubric: [{id: actions, ask: Does it list the actions?}]\n'
  const files = recordedProject({ models, prompt })
  const config = (judge: string) =>
    files['sluice.yaml']?.replace('{margin: 0.1}', `{margin: 0.1, judge: ${judge}}`) ?? ''
  using project = createProject({ ...files, 'sluice.yaml': config('{onUncalibrated: block}') })
  const leave = ['upgrade', '--from', 'recorded:old', '--to', 'recorded:new', '--repeats', '2', '--json']
  const upgraded = async () => {
    const { code, stdout } = await project.sluice(leave)
    const [feature] = upgradeReportSchema.parse(JSON.parse(stdout)).features
    return { code, feature, outcome: feature?.contests[0]?.outcome }
  }
  const blocked = await upgraded()
  assert.deepEqual([blocked.code, blocked.outcome, blocked.feature?.proposal], [2, 'undecided', null])
  assert.match(blocked.feature?.contests[0]?.reasons[0] ?? '', never)
  project.write({ 'sluice.yaml': config('{onUncalibrated: allow}') })
  const allowed = await upgraded()
  assert.deepEqual([allowed.code, allowed.feature?.proposal], [0, 'recorded:new'])
  assert.equal(allowed.feature?.notes.filter((note) => never.test(note)).length, 1, allowed.feature?.notes.join('\n'))
})

test('under block an undecided run is not let through either', () => {
  const open = { verdict: 'inconclusive' as const, strength: 'weak' as const, reasons: [], exitCode: 0 as const }
  const rests = { feature: 'summary', asked: true, calibration: null }
  assert.equal(withJudge(open, rests, { onUncalibrated: 'block' }).exitCode, 2)
  assert.equal(withJudge(open, rests, { onUncalibrated: 'warn' }).exitCode, 0)
})

async function unchanged(project: Project) {
  const { stdout } = await project.sluice(['drill', 'summary', '--unchanged', '20', '--json'])
  return unchangedReportSchema.parse(JSON.parse(stdout))
}

test('unchanged runs that the state of the judge blocks are counted under the cause judge', async () => {
  const asked = new Map<number, number>()
  await using model = await fakeModel((request) => {
    if (!isJudgeRequest(request)) return 'Action item: pay the invoice.'
    const mail = mailOf(request)
    asked.set(mail, (asked.get(mail) ?? 0) + 1)
    return judgement({ actions: mail < 4 && (asked.get(mail) ?? 0) % 3 === 0 ? 'no' : 'yes' })
  })
  using project = createProject(summaryFiles({ url: model.url, rubric: true, config: demands('allow') }))
  const before = await unchanged(project)
  assert.ok(before.blocked.runs < 20 && before.judgeDoubt === null, JSON.stringify(before.blocked))
  assert.ok(!before.causes.some(({ cause }) => cause === 'judge'))
  edit(project, 'sluice.yaml', 'allow', 'block')
  const blocked = await unchanged(project)
  assert.deepEqual([blocked.blocked.runs, blocked.causes.find(({ cause }) => cause === 'judge')?.runs], [20, 20])
  assert.deepEqual(
    blocked.causes.filter(({ cause }) => cause !== 'judge'),
    before.causes,
    'the other causes stay as they were',
  )
  assert.deepEqual([blocked.byJudge, blocked.failed], [before.byJudge, before.failed])
  const { stdout } = await project.sluice(['drill', 'summary', '--unchanged', '20'])
  assert.match(stdout, /- labels do not show that the judge is right: 20 of 20/)
  assert.match(stdout, /gate\.judge lets no run pass: The judge was never calibrated/)
  edit(project, 'sluice.yaml', 'block', 'warn')
  const warned = await unchanged(project)
  assert.deepEqual([warned.blocked, warned.judgeDoubt?.blocks], [before.blocked, false])
  assert.equal(warned.weakPasses.runs, 20 - warned.blocked.runs)
})

test('a matrix computes the calibration of the judge, and prints it as the gate does', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 20, bad: 20 }), { ...model })
  const compare = ['eval', 'summary', '--compare', 'local:model-b']
  const before = await project.sluice(compare)
  assert.match(
    before.stdout.replace(/\s+/g, ' '),
    /Judge of all cells: local:judge \(\w+\), with a stale calibration\./,
  )
  assert.match(
    before.stdout.replace(/\s+/g, ' '),
    /- The calibration of the judge is stale: .*sluice judge calibrate summary/,
  )
  await project.sluice(['judge', 'calibrate', 'summary'])
  const { stdout } = await project.sluice([...compare, '--json'])
  const { features, notes } = matrixReportSchema.parse(JSON.parse(stdout))
  assert.deepEqual([features[0]?.calibration?.verdict, features[0]?.calibration?.corrected], ['may gate', null])
  assert.ok(!notes.some((note) => note.includes('calibrat')), notes.join())
  const { stdout: text } = await project.sluice(compare)
  assert.match(text.replace(/\s+/g, ' '), /\), calibrated by 40 human labels: may gate, kappa 1\.000 \[0\.8/)
})
