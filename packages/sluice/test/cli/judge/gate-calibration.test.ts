import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel, isJudgeRequest } from '../../support/fake-model.ts'
import { commitAll, judged } from '../../support/gate-project.ts'
import { judgedLines, labelledProject, labelReader, mixed } from '../../support/labels/labelled-project.ts'
import { edit } from '../../support/measured-project.ts'

const good = mixed({ right: 20, bad: 20 })
const demands = (onUncalibrated: string, more = '') => `gate: {judge: {onUncalibrated: ${onUncalibrated}${more}}}\n`
const allOfIt = ['gate', '--all', '--suite', 'fast']

test('the gate computes the calibration anew, prints it, and puts it into the report', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(good, { ...model, config: demands('block') })
  assert.equal((await project.sluice(['judge', 'calibrate', 'summary'])).code, 0)
  const { report, code } = await judged(project, allOfIt)
  const [feature] = report.features
  assert.equal(code, 0, JSON.stringify(feature?.reasons))
  assert.equal(feature?.judge?.calibration?.verdict, 'may gate')
  assert.equal(feature?.judge?.calibration?.all?.labels, 40)
  const corrected = feature?.judge?.calibration?.corrected
  assert.ok(corrected?.raw === 1 && corrected.ppi === null && corrected.roganGladen, JSON.stringify(corrected))
  assert.ok((corrected.roganGladen.low ?? 1) < 0.99)
  assert.ok(!feature?.notes.some((note) => note.includes('never calibrated')))
  const { stdout } = await project.sluice(allOfIt)
  assert.match(stdout, /calibrated by 40 human labels: may gate, kappa 1\.000\s+\[0\.8/)
  assert.match(stdout, /Corrected by the labels: the judge's share of yes is 1\.000; people would\s+give/)
})

test('without labels one line says so with the command that mends it, and block leaves no pass', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject([], { ...model, config: demands('block') })
  const { report, code } = await judged(project, allOfIt)
  assert.equal(code, 2)
  const [feature] = report.features
  assert.equal(feature?.verdict, 'inconclusive')
  assert.equal(feature?.reasons[0]?.code, 'judge')
  assert.match(feature?.reasons[0]?.message ?? '', /Next: sluice judge label summary\.$/)
  assert.equal(feature?.judge?.calibration, null)
  edit(project, 'sluice.yaml', 'onUncalibrated: block', 'onUncalibrated: allow')
  const allowed = await judged(project, allOfIt)
  assert.equal(allowed.code, 0)
  const notes = allowed.report.features[0]?.notes.filter((note) => note.includes('never calibrated')) ?? []
  assert.equal(notes.length, 1)
  assert.match(notes[0] ?? '', /sluice judge label summary/)
})

test('a question in other words makes the calibration stale, which warn turns into a weak pass', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(good, { ...model, config: demands('warn') })
  await project.sluice(['judge', 'calibrate', 'summary'])
  edit(project, 'prompts/summary.prompt.yml', 'Does it list the action items?', 'Does it list all action items?')
  const { report, code } = await judged(project, allOfIt)
  const [feature] = report.features
  assert.equal(code, 0)
  assert.equal(feature?.strength, 'weak')
  assert.equal(feature?.judge?.calibration?.state, 'stale')
  assert.match(feature?.reasons[0]?.message ?? '', /is stale: .* run sluice judge calibrate summary/)
})

test('a verdict of the judge that was taken out of the file is missed', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(mixed({ right: 20, bad: 18, missed: 2 }), { ...model, config: demands('block') })
  await project.sluice(['judge', 'calibrate', 'summary'])
  const kept = judgedLines(project).filter(({ case: id }) => id !== 'case-38' && id !== 'case-39')
  project.write({ 'labels/summary.judged.jsonl': kept.map((line) => `${JSON.stringify(line)}\n`).join('') })
  const { report, code } = await judged(project, allOfIt)
  assert.equal(code, 2)
  assert.match(report.features[0]?.reasons[0]?.message ?? '', /2 of 40 labelled items have no verdict of this judge/)
})

test('a damaged file of labels stands in the way of a pass, where the project asks for a calibration', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(good, { ...model, config: demands('block') })
  project.write({ 'labels/summary.jsonl': '<<<<<<< ours\n' })
  const { report, code } = await judged(project, allOfIt)
  assert.equal(code, 2)
  assert.equal(report.features[0]?.judge?.calibration?.state, 'unreadable')
  assert.match(report.features[0]?.reasons[0]?.message ?? '', /labels\/summary\.jsonl:1: a conflict marker/)
})

test('a change that lowers the demands on the judge, or takes labels away, is named', async () => {
  await using model = await fakeModel(labelReader)
  using project = labelledProject(good, { ...model, config: demands('block', ', minKappa: 0.7, minTnr: 0.5') })
  await project.sluice(['judge', 'calibrate', 'summary'])
  project.write({ '.gitignore': '.sluice/\n' })
  commitAll(project, 'base')
  edit(project, 'sluice.yaml', demands('block', ', minKappa: 0.7, minTnr: 0.5'), demands('allow', ', minKappa: 0.2'))
  project.write({ 'labels/summary.jsonl': '' })
  const { report } = await judged(project, ['gate'])
  const found = report.measureChanges
    ?.filter(({ weakening }) => weakening)
    .map(({ what, after }) => `${what}: ${after}`)
  assert.deepEqual(found?.toSorted(), [
    'labels of people: none, 40 taken away or altered',
    'least agreement of the judge with people (kappa): 0.2',
    'least true negative rate of the judge: null',
    'what a judge without calibration may do: allow',
  ])
  edit(project, 'sluice.yaml', demands('allow', ', minKappa: 0.2'), `gate: {guard: strict, judge: {minKappa: 0.2}}\n`)
  const strict = await judged(project, ['gate'])
  assert.equal(strict.report.features[0]?.judge?.calibration?.all?.labels, 40)
  assert.equal(strict.report.features[0]?.judge?.calibration?.rule.minKappa, 0.7)
})

test('verdicts of the judge on labelled texts tell its part of the noise in a plan', async () => {
  let asked = 0
  await using model = await fakeModel((request) => {
    if (isJudgeRequest(request)) return labelReader(request)
    asked += 1
    return `Action item: pay invoice ${asked}${asked % 3 === 0 ? ', says the judge says no' : ''}.`
  })
  using project = labelledProject(good.slice(15, 25), { ...model })
  assert.equal((await project.sluice(['eval', 'summary', '--repeats', '3'])).code, 0)
  const noise = async () => {
    const { stdout, stderr } = await project.sluice(['plan', 'gate', 'summary', '--json'])
    assert.ok(stdout.startsWith('{'), stderr)
    return JSON.parse(stdout).features[0].noise
  }
  const before = await noise()
  assert.deepEqual([before.judgeVotes, before.textsJudgedTwice], [null, 0])
  await project.sluice(['judge', 'calibrate', 'summary', '--repeats', '2'])
  const after = await noise()
  assert.deepEqual([after.judgeVotes, after.textsJudgedTwice, after.judgeFrom], [0, 10, 'repeats'])
  assert.ok(Math.abs(after.system - before.within) < 1e-12, 'the judge is steady: all of it is of the answers')
  edit(project, 'prompts/summary.prompt.yml', 'Does it list the action items?', 'Does it list all action items?')
  assert.equal((await noise()).judgeVotes, null, 'verdicts on other questions do not count')
  project.write({ 'labels/summary.judged.jsonl': 'x\n' })
  const { code, stderr } = await project.sluice(['plan', 'gate', 'summary'])
  assert.deepEqual([code, /made without the labels, which cannot be read/.test(stderr)], [0, true], stderr)
})
