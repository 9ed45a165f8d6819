import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, countRequests, fickle, judged, summariser } from '../../support/gate-project.ts'
import { summaryFiles } from '../../support/project.ts'

const critical = (index: number) => (index === 3 ? { critical: true } : {})

test('a run that is decided at the first look is not repeated', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 155 })
  const { report } = await judged(project, ['gate'])
  assert.deepEqual(countRequests(model.requests), [155, 155, 0])
  assert.equal(report.features[0]?.comparison?.repeats, 1)
})

test('an undecided run is repeated in both versions up to the last look, and with [1] not at all', async () => {
  await using model = await fakeModel(fickle())
  using project = changedProject({ url: model.url, config: 'gate: {threshold: 0, repeats: [1, 2, 4]}\n' })
  const { report } = await judged(project, ['gate'])
  assert.deepEqual(countRequests(model.requests), [40, 40, 0])
  assert.deepEqual(
    report.features[0]?.looks.map(({ repeats, decision }) => [repeats, decision]),
    [
      [1, 'undecided'],
      [2, 'undecided'],
      [4, 'undecided'],
    ],
  )
  await using once = await fakeModel(fickle())
  using single = changedProject({ url: once.url, config: 'gate: {threshold: 0, repeats: [1]}\n' })
  const { report: first } = await judged(single, ['gate'])
  assert.deepEqual(countRequests(once.requests), [10, 10, 0])
  assert.deepEqual(
    first.features[0]?.looks.map(({ repeats }) => repeats),
    [1],
  )
})

test('only the cases of a suspicious tag are repeated, and a tag that lost too much fails', async () => {
  await using model = await fakeModel(summariser((mail) => mail === 30))
  const base = {
    url: model.url,
    cases: 40,
    config: 'gate: {margin: 0.5, threshold: 0.5}\n',
    fields: (index: number) => ({ tags: [index >= 30 && index < 35 ? 'legal' : 'core'] }),
  }
  using project = changedProject(base)
  const { code, report } = await judged(project, ['gate'])
  const [feature] = report.features
  assert.deepEqual(countRequests(model.requests), [45, 45, 0])
  assert.equal(code, 1)
  assert.deepEqual(
    feature?.reasons.map(({ code, tag }) => [code, tag]),
    [['tag-regression', 'legal']],
  )
  const repeated = feature?.cases.filter(({ repeats }) => repeats > 1).map(({ id }) => id)
  assert.deepEqual(repeated, ['case-30', 'case-31', 'case-32', 'case-33', 'case-34'])
})

test('a critical case goes on to 8 repeats, in the candidate alone', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 155, fields: critical })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 0)
  assert.deepEqual(countRequests(model.requests), [155, 162, 0])
  const row = report.features[0]?.cases.find(({ id }) => id === 'case-3')
  assert.deepEqual([row?.critical, row?.repeats, row?.passed], [true, 8, { k: 8, n: 8 }])
  const { passAt1, passK } = report.features[0]?.repeats ?? {}
  assert.deepEqual([passAt1?.cases, passK?.k, passK?.cases, passK?.ciLow], [155, 8, 1, null])
  assert.ok((passAt1?.ciLow ?? 1) < 1, 'equal answers are no certainty')
})

test('a critical case that fails is a fail, whatever the mean', async () => {
  await using model = await fakeModel(summariser((mail) => mail === 3))
  const config = 'gate: {margin: 1, tagMargin: 1, threshold: 0}\n'
  using project = changedProject({ url: model.url, config, fields: critical })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 1)
  assert.deepEqual(
    report.features[0]?.reasons.map(({ code, case: id }) => [code, id]),
    [['critical-case', 'case-3']],
  )
  assert.match(
    report.features[0]?.reasons[0]?.message ?? '',
    /^Critical case case-3 scored below 0\.6 in (\d) of \1 repeats/,
  )
})

test('one look is too few for a critical case: that blocks, and says what it would take', async () => {
  await using model = await fakeModel(summariser(() => false))
  using project = changedProject({ url: model.url, cases: 130, fields: critical, config: 'gate: {repeats: [1]}\n' })
  const { code, report } = await judged(project, ['gate'])
  assert.equal(code, 2)
  assert.deepEqual(
    report.features[0]?.reasons.map(({ code }) => code),
    ['critical-undecided'],
  )
  assert.match(
    report.features[0]?.reasons[0]?.message ?? '',
    /needs 6 repeats without a failure.*only 1 \(gate\.repeats, gate\.criticalRepeats\)/,
  )
})

test('repeats of the baseline come from the cache when the candidate changes again', async () => {
  await using model = await fakeModel(fickle())
  const base = { url: model.url, config: 'gate: {threshold: 0, repeats: [1, 2]}\n' }
  using project = changedProject(base)
  await project.sluice(['gate'])
  assert.deepEqual(countRequests(model.requests), [20, 20, 0])
  project.write(summaryFiles({ ...base, message: 'Shorten well: {{email}}' }))
  const { report } = await judged(project, ['gate'])
  assert.equal(countRequests(model.requests)[0], 20)
  assert.equal(report.features[0]?.cache.hits, 20)
})
