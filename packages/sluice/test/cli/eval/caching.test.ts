import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { fakeModel, isJudgeRequest, judgement } from '../../support/fake-model.ts'
import { changedProject, countRequests, judged, summariser } from '../../support/gate-project.ts'
import { createProject, type Project, summaryFiles } from '../../support/project.ts'

const oneLook = 'gate: {repeats: [1]}\n'

function withJudge(project: Project, url: string, judge: string): void {
  const config = summaryFiles({ url, config: oneLook })['sluice.yaml'].replace('local:judge', judge)
  project.write({ 'sluice.yaml': config })
}

test('a second run of the same costs nothing and says the same', async () => {
  await using model = await fakeModel(summariser((mail) => mail === 4))
  using project = changedProject({ url: model.url, cases: 5, rubric: true })
  const first = await judged(project, ['gate'])
  const paid = model.requests.length
  const second = await judged(project, ['gate'])
  assert.equal(model.requests.length, paid)
  const [before, after] = [first.report.features[0], second.report.features[0]]
  assert.deepEqual(after?.cases, before?.cases)
  assert.deepEqual(
    [after?.score, after?.comparison, after?.reasons],
    [before?.score, before?.comparison, before?.reasons],
  )
  assert.deepEqual([before?.cache.misses, after?.cache], [paid, { hits: paid, misses: 0 }])
  assert.ok((before?.cost.usd ?? 0) > 0)
  assert.equal(after?.cost.usd, 0)
})

test('a new judge judges both versions anew and generates nothing', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 5, rubric: true, config: oneLook })
  const { report: before } = await judged(project, ['gate'])
  withJudge(project, model.url, 'local:judge-2')
  model.requests.length = 0
  const { report: after } = await judged(project, ['gate'])
  assert.deepEqual(countRequests(model.requests), [0, 0, 10])
  assert.notEqual(after.features[0]?.judge?.id, before.features[0]?.judge?.id)
})

test('a changed rubric is judged anew as well', async () => {
  await using model = await fakeModel(summariser(() => false))
  const base = { url: model.url, cases: 5, rubric: true, config: oneLook }
  using project = changedProject(base)
  await project.sluice(['gate'])
  const file = 'prompts/summary.prompt.yml'
  const { [file]: prompt } = summaryFiles({ ...base, message: 'Shorten: {{email}}' })
  project.write({ [file]: prompt.replace('list the action items', 'list each action item') })
  model.requests.length = 0
  await project.sluice(['gate'])
  assert.deepEqual(countRequests(model.requests), [0, 0, 10])
})

test('when a suite grows only the new cases are paid for', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 5, rubric: true }))
  await project.sluice(['eval', 'summary'])
  project.write(summaryFiles({ url: model.url, cases: 7, rubric: true }))
  model.requests.length = 0
  const { report } = await judged(project, ['eval', 'summary'])
  assert.deepEqual(countRequests(model.requests), [2, 0, 2])
  assert.deepEqual(report.features[0]?.cache, { hits: 10, misses: 4 })
})

test('a label is no part of the version: a new one costs nothing', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 3, prompt: 'version: "1"\n' }))
  const { report: before } = await judged(project, ['eval', 'summary'])
  project.write(summaryFiles({ url: model.url, cases: 3, prompt: 'version: "2"\n' }))
  model.requests.length = 0
  const { report: after } = await judged(project, ['eval', 'summary'])
  assert.equal(model.requests.length, 0)
  assert.deepEqual(
    [before, after].map(({ features }) => features[0]?.candidate.label),
    ['1', '2'],
  )
  assert.equal(after.features[0]?.candidate.id, before.features[0]?.candidate.id)
})

test("a judge's answer that is not as asked is no score, and is asked for again", async () => {
  let confused = true
  await using model = await fakeModel((request) => {
    if (!isJudgeRequest(request)) return 'Action item: pay.'
    return confused ? judgement({ something: 'yes' }) : judgement({ actions: 'yes' })
  })
  using project = createProject(summaryFiles({ url: model.url, cases: 3, rubric: true }))
  const first = await judged(project, ['eval', 'summary'])
  assert.equal(first.code, 4)
  assert.equal(first.report.features[0]?.coverage.judgeError, 3)
  assert.deepEqual(
    first.report.features[0]?.cases.map(({ score }) => score),
    [null, null, null],
  )
  assert.match(first.report.features[0]?.cases[0]?.error ?? '', /"something".*nobody asked|leaves out "actions"/)
  confused = false
  model.requests.length = 0
  const second = await judged(project, ['eval', 'summary'])
  assert.equal(second.code, 0)
  assert.deepEqual(countRequests(model.requests), [0, 0, 3])
})

test('cache prune deletes answers that are old enough, and only those', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 3 }))
  await project.sluice(['eval', 'summary'])
  const none = await project.sluice(['cache', 'prune'])
  assert.deepEqual([none.code, none.stdout], [0, '0 stored answers older than 30 days deleted.\n'])
  const database = new DatabaseSync(path.join(project.root, '.sluice/sluice.db'))
  database.exec('UPDATE answers SET created_at = created_at - 3 * 86400000 WHERE rowid = 1')
  database.close()
  const one = await project.sluice(['cache', 'prune', '--older-than', '2'])
  assert.equal(one.stdout, '1 stored answer older than 2 days deleted.\n')
  model.requests.length = 0
  await project.sluice(['eval', 'summary'])
  assert.equal(model.requests.length, 1)
})

test('cache prune --all deletes every answer, and goes with no age', async () => {
  await using model = await fakeModel(summariser())
  using project = createProject(summaryFiles({ url: model.url, cases: 3 }))
  await project.sluice(['eval', 'summary'])
  const both = await project.sluice(['cache', 'prune', '--all', '--older-than', '1'])
  assert.deepEqual([both.code, /not both/.test(both.stderr)], [3, true])
  assert.equal((await project.sluice(['cache', 'prune', '--all'])).stdout, '3 stored answers deleted.\n')
  model.requests.length = 0
  await project.sluice(['eval', 'summary'])
  assert.equal(model.requests.length, 3)
})

test('--fresh asks both versions and the judge anew, never one of them, and a rerun pays nothing', async () => {
  let isBetter = false
  await using model = await fakeModel(summariser(() => !isBetter))
  using project = changedProject({ url: model.url, cases: 5, rubric: true })
  const before = await judged(project, ['gate'])
  const asked = countRequests(model.requests)
  model.requests.length = 0
  isBetter = true
  const kept = await judged(project, ['gate'])
  assert.equal(model.requests.length, 0)
  const fresh = await judged(project, ['gate', '--fresh'])
  assert.ok(
    countRequests(model.requests).every((count) => count > 0),
    String(countRequests(model.requests)),
  )
  assert.equal(fresh.report.features[0]?.cache.hits, 0)
  const paid = model.requests.length
  const again = await judged(project, ['gate'])
  assert.equal(model.requests.length, paid)
  const means = [before, kept, fresh, again].map(({ report }) => report.features[0]?.score.mean)
  assert.equal(means[0], means[1])
  assert.notEqual(means[1], means[2])
  assert.equal(means[2], means[3])
  assert.deepEqual(again.report.features[0]?.comparison, fresh.report.features[0]?.comparison)
  assert.ok(asked.every((count) => count > 0))
})

test('the same model at another server is asked anew, and its answers are judged', async () => {
  await using old = await fakeModel(() => 'Action item: send the invoice')
  await using moved = await fakeModel(() => 'rubbish')
  using project = createProject(summaryFiles({ url: old.url, cases: 3 }))
  assert.equal((await project.sluice(['eval', 'summary'])).code, 0)
  project.write({ 'sluice.yaml': summaryFiles({ url: moved.url })['sluice.yaml'] })
  const { report } = await judged(project, ['eval', 'summary'])
  assert.deepEqual([moved.requests.length, report.features[0]?.score.mean], [3, 0])
  project.write({ 'sluice.yaml': summaryFiles({ url: old.url })['sluice.yaml'] })
  await project.sluice(['eval', 'summary'])
  assert.deepEqual([old.requests.length, moved.requests.length], [3, 3])
})
