import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectHighlights, highlightsOf } from '../../../src/gate/report/highlights.ts'
import { caseReport, incidentCases } from '../../support/report/incident.ts'

const ids = ({ cases }: { cases: { id: string }[] }) => cases.map(({ id }) => id)

test('regressions are ordered by what they cost the mean, whatever the order of arrival', () => {
  const expected = ['late-order-03', 'contract-07', 'hiring-05', 'minutes-02', 'refund-01']
  for (const rows of [incidentCases, incidentCases.toReversed()]) {
    const { regressions } = highlightsOf(rows)
    assert.deepEqual(ids(regressions), expected)
    assert.equal(regressions.total, 6)
  }
})

test('a heavy case with a small drop outranks a light one with a larger drop', () => {
  const heavy = caseReport({ id: 'heavy', weight: 10, score: 0.8 })
  const light = caseReport({ id: 'light', weight: 1, score: 0 })
  assert.deepEqual(ids(highlightsOf([light, heavy]).regressions), ['heavy', 'light'])
})

test('a perfect or unchanged case is none, and rounding is no regression', () => {
  const { regressions, lowest, unscored } = highlightsOf([
    caseReport(),
    caseReport({ score: 0.1 + 0.2, baselineScore: 0.3 + 1e-12 }),
    caseReport({ score: 1, baselineScore: null }),
  ])
  assert.equal(regressions.total, 0)
  assert.equal(lowest.total, 1)
  assert.equal(unscored.total, 0)
})

test('a case without a score is never a 0', () => {
  const { lowest, unscored } = highlightsOf([
    caseReport({ id: 'lost', state: 'modelError', score: null }),
    caseReport({ score: 0.4 }),
  ])
  assert.deepEqual(ids(unscored), ['lost'])
  assert.deepEqual(ids(lowest), ['plain-01'])
})

test('of many cases only the limit is kept', () => {
  const collector = collectHighlights({ limit: 3 })
  for (let index = 0; index < 20_000; index += 1) {
    collector.add(caseReport({ id: `case-${index}`, score: ((index * 7919) % 20_000) / 20_000 }))
  }
  const { regressions } = collector.highlights()
  assert.equal(regressions.total, 20_000)
  assert.deepEqual(
    regressions.cases.map(({ score }) => score),
    [0, 1 / 20_000, 2 / 20_000],
  )
})

test('the first few are kept in their order, and all are counted', () => {
  const lowestOf = (limit: number) => {
    const rows = [0.5, 0.1, 0.4, 0.1, 0.9, 0.2].map((score) => caseReport({ score, baselineScore: null }))
    const { cases, total } = highlightsOf(rows, { limit }).lowest
    return { scores: cases.map(({ score }) => score), total }
  }
  assert.deepEqual(lowestOf(3), { scores: [0.1, 0.1, 0.2], total: 6 })
  assert.deepEqual(lowestOf(0), { scores: [], total: 6 })
})

test('the case behind the verdict stands apart and is counted in no other list', () => {
  const { deciding, regressions } = highlightsOf(incidentCases, { decidingCase: 'travel-04' })
  assert.equal(deciding?.id, 'travel-04')
  assert.equal(regressions.total, highlightsOf(incidentCases).regressions.total - 1)
  assert.ok(!regressions.cases.some(({ id }) => id === 'travel-04'))
})
