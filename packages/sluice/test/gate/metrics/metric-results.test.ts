import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricResults } from '../../../src/gate/metrics/metric-results.ts'
import { type CaseScores, createScoreTable } from '../../../src/gate/run/score-table.ts'
import type { Measurement } from '../../../src/records/report/measured.ts'

type Answers = Record<'candidate' | 'baseline', Measurement | undefined>

/** A table of cases with one measured answer in each version. */
function tableOf(
  answers: readonly Answers[],
  { check = 'label', cluster = (_: number): string | undefined => undefined } = {},
): CaseScores[] {
  const table = createScoreTable()
  for (const [position, versions] of answers.entries()) {
    const own = { id: `c${position}`, weight: 1, tags: [], critical: false, measuredBy: [check] }
    table.add(position, { ...own, ...(cluster(position) !== undefined && { cluster: cluster(position) as string }) })
    for (const role of ['candidate', 'baseline'] as const) {
      const measured = versions[role]
      const found = measured ? { measured: [{ check, measured }] } : {}
      table.record(position, role, 1, measured ? 'scored' : 'checkError', measured ? 1 : undefined, found)
    }
  }
  return table.cases
}

const labels = ['refund', 'delivery', 'spam']
const labelled = (expected: string, got: string | null): Measurement => ({ kind: 'label', expected, got, labels })
const same = (measured: Measurement): Answers => ({ candidate: measured, baseline: measured })

function resultsOf(cases: readonly CaseScores[], hasBaseline = true) {
  const results = metricResults(cases, { confidence: 0.95, hasBaseline })
  assert.ok(results)
  const metric = (name: string) => {
    const found = results.metrics.find((one) => one.name === name)
    assert.ok(found, `no ${name}`)
    return found
  }
  return { ...results, metric }
}

const near = (actual: number | null, expected: number) =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12)

test('precision, recall and F1 by class and over classes, and an unknown label in a column of its own', () => {
  const answers = [
    ...Array.from({ length: 6 }, () => labelled('refund', 'refund')),
    ...Array.from({ length: 2 }, () => labelled('refund', 'delivery')),
    ...Array.from({ length: 5 }, () => labelled('delivery', 'delivery')),
    labelled('delivery', null),
    labelled('delivery', 'spam'),
  ]
  const { metric, confusion, notes } = resultsOf(tableOf(answers.map(same)), false)
  near(metric('accuracy').value, 11 / 15)
  near(metric('recall.refund').value, 6 / 8)
  near(metric('precision.refund').value, 1)
  near(metric('f1.delivery').value, 10 / 14)
  near(metric('f1').value, (12 / 14 + 10 / 14) / 2)
  near(metric('micro-precision').value, 11 / 14)
  near(metric('micro-f1').value, 22 / 29)
  assert.deepEqual(confusion[0]?.rows, [
    { expected: 'refund', got: [6, 2, 0], unknown: 0 },
    { expected: 'delivery', got: [0, 5, 1], unknown: 1 },
    { expected: 'spam', got: [0, 0, 0], unknown: 0 },
  ])
  assert.equal(metric('recall.spam').value, null)
  assert.equal(metric('recall.spam').undefined, 'no case expects the class "spam"')
  assert.match(notes.join(' '), /No case expects the class "spam": .* the means over classes leave it out/)
})

test('a mean over classes has no value where a class that is expected is never answered', () => {
  const answers = [
    ...Array.from({ length: 6 }, () => labelled('refund', 'refund')),
    ...Array.from({ length: 6 }, () => labelled('delivery', 'refund')),
  ]
  const { metric } = resultsOf(tableOf(answers.map(same)), false)
  assert.equal(metric('precision').value, null)
  assert.match(metric('precision').undefined ?? '', /no answer names the class "delivery"/)
  near(metric('f1').value, (12 / 18 + 0) / 2)
})

test('retrieval: recall, precision, reciprocal rank and nDCG by hand; what is missing is no 0', () => {
  const found = (ranks: number[]): Measurement => ({
    kind: 'retrieval',
    k: 3,
    relevant: 2,
    ranks,
    missing: [],
    duplicates: 1,
  })
  const some = [
    ...Array.from({ length: 5 }, () => same(found([1, 3]))),
    ...Array.from({ length: 5 }, () => same(found([2, 9]))),
  ]
  const { metric, notes } = resultsOf(
    tableOf([...some, { candidate: undefined, baseline: found([1, 2]) }], { check: 'retrieval' }),
  )
  near(metric('recall@3').value, 0.75)
  near(metric('precision@3').value, (2 / 3 + 1 / 3) / 2)
  near(metric('mrr').value, 0.75)
  const best = 1 + 1 / Math.log2(3)
  near(metric('ndcg@3').value, ((1 + 1 / 2) / best + 1 / Math.log2(3) / best) / 2)
  assert.deepEqual([metric('recall@3').cases, metric('recall@3').missing], [10, 1])
  assert.match(
    notes.join(' '),
    /10 answers retrieved a document more than once; .*1 case has nothing measured by retrieval/,
  )
})

test('the difference is paired: what moves in both versions is no noise', () => {
  const answers = Array.from({ length: 40 }, (_, index): Answers => {
    const right = labelled('refund', index % 2 === 0 ? 'refund' : 'delivery')
    return { candidate: index < 4 ? labelled('refund', 'delivery') : right, baseline: right }
  })
  const { metric } = resultsOf(tableOf(answers))
  const { ciLow, ciHigh, difference, differenceLow, differenceHigh } = metric('recall.refund')
  near(difference, -2 / 40)
  assert.ok(differenceHigh !== null && differenceLow !== null && ciLow !== null && ciHigh !== null)
  assert.ok(differenceHigh - differenceLow < (ciHigh - ciLow) * 0.7)
})

test('clusters widen the interval, and fewer than five independent cases have none', () => {
  const answers = Array.from({ length: 40 }, (_, index) => same(labelled('refund', index < 20 ? 'refund' : 'delivery')))
  const width = (cases: readonly CaseScores[]) => {
    const { ciLow, ciHigh } = resultsOf(cases, false).metric('accuracy')
    return ciLow === null || ciHigh === null ? null : ciHigh - ciLow
  }
  const [alone, together] = [
    width(tableOf(answers)),
    width(tableOf(answers, { cluster: (at) => `${at % 2}${Math.floor(at / 5)}` })),
  ]
  const inFives = width(tableOf(answers, { cluster: (at) => `${Math.floor(at / 5)}` }))
  assert.ok(alone !== null && together !== null && inFives !== null && inFives > 1.5 * alone)
  assert.equal(width(tableOf(answers, { cluster: (at) => `${at % 4}` })), null)
})

test('each answer counts alike in the shares of claims, and one without claims has none', () => {
  const ofClaims = (claims: number, unsupported: number): Measurement => ({
    ...{ kind: 'claims', claims, unsupported, contradicted: 0 },
  })
  const answers = [
    ...Array.from({ length: 6 }, () => same(ofClaims(20, 0))),
    { candidate: ofClaims(1, 1), baseline: ofClaims(2, 1) },
    { candidate: ofClaims(0, 0), baseline: ofClaims(1, 0) },
    { candidate: undefined, baseline: ofClaims(1, 1) },
  ]
  const { metric, metrics, notes } = resultsOf(tableOf(answers, { check: 'claims' }))
  assert.deepEqual(
    metrics.map(({ name }) => name),
    ['unsupported', 'contradicted'],
  )
  near(metric('unsupported').value, 1 / 7)
  near(metric('unsupported').baseline, 1 / 14)
  assert.deepEqual([metric('unsupported').cases, metric('unsupported').missing], [7, 2])
  assert.match(notes.join('\n'), /1 answer of the candidate makes no claim, as the judge says/)
  const silent = resultsOf(tableOf([same(ofClaims(0, 0))], { check: 'grounded' }))
  assert.deepEqual(silent.metric('grounded.unsupported').undefined, 'no answer makes a claim')
  assert.equal(silent.metric('grounded.contradicted').value, null)
})
