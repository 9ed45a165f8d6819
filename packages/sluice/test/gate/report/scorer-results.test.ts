import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scorerLines } from '../../../src/gate/report/scorer-lines.ts'
import { collectScorers } from '../../../src/gate/report/scorer-results.ts'
import type { ResultRow } from '../../../src/gate/run/results.ts'
import type { CaseScores } from '../../../src/gate/run/score-table.ts'
import type { CaseDetail, VersionRole } from '../../../src/records/report/case-detail.ts'
import {
  addToMean,
  clusterRobustMean,
  meanOfSums,
  newMeanSums,
  seededRandom,
  tInterval,
} from '../../../src/stats/index.ts'
import { incidentFeature, incidentReport } from '../../support/report/incident.ts'
import { formats } from './formats.ts'

const prompt = {
  rubric: [{ id: 'actions', ask: 'Is every action item there?', weight: 1, must: true }],
  choices: [],
  checks: [{ name: 'short' }],
} as unknown as Parameters<typeof collectScorers>[0]

const scoresOf = (cluster?: string): CaseScores => ({
  ...{ id: 'x', weight: 1, cluster, tags: [], critical: false, candidate: [], baseline: [] },
  ...{ state: 'scored', baselineState: 'scored' },
})

const judged = (id: string, score: number | undefined): CaseDetail['judge'][number] => ({
  ...{ id, verdict: score === 1 ? 'yes' : 'no', evidence: '', reasoning: '', evidenceFound: true, weight: 1 },
  ...{ must: id === 'actions', ...(score !== undefined && { score }) },
})

const row = (
  position: number,
  role: VersionRole,
  repeat: number,
  scores: Record<string, number | undefined>,
): ResultRow => ({
  ...{ position, role, repeat },
  detail: {
    state: 'scored',
    judge: Object.entries(scores).map(([id, score]) => judged(id, score)),
    checks: [{ name: 'short', type: 'maxWords', score: 1, reason: '', weight: 1, must: false }],
  },
})

function resultsOf(rows: ResultRow[], cases: CaseScores[], hasBaseline = true) {
  const scorers = collectScorers(prompt, cases, hasBaseline)
  for (const _ of scorers.watch(rows));
  return scorers.results().all(0.95)
}

test('sums give the same mean and error as all observations at once', () => {
  const random = seededRandom(7)
  const values = Array.from({ length: 200 }, () => random.uniform() - 0.3)
  const weights = values.map((_, index) => 1 + (index % 3))
  const clusters = values.map((_, index) => (index % 4 === 0 ? undefined : `c${index % 17}`))
  const sums = newMeanSums()
  for (const [index, value] of values.entries()) addToMean(sums, value, weights[index] ?? 1, clusters[index])
  const [one, all] = [meanOfSums(sums), clusterRobustMean(values, weights, clusters)]
  assert.ok(one && all)
  for (const key of ['mean', 'nEff', 'se', 'df', 'count'] as const) {
    assert.ok(Math.abs((one[key] ?? 0) - (all[key] ?? 1)) < 1e-12, key)
  }
})

test('an item is compared case by case over its repeats, with an interval robust to clusters', () => {
  const cases = ['a', 'a', 'b', 'b', ...new Array<undefined>(20).fill(undefined)].map(scoresOf)
  const lost = cases.map((_, index) => (index < 2 || index === 4 ? 1 : 0))
  const rows = lost.flatMap((isLost, position) => [
    row(position, 'baseline', 1, { actions: 1 }),
    row(position, 'baseline', 2, { actions: 1 }),
    row(position, 'candidate', 1, { actions: 1 - isLost }),
    row(position, 'candidate', 2, { actions: 1 - isLost, unsure: undefined }),
  ])
  const [item, check, ...others] = resultsOf(rows, cases)
  const expected = clusterRobustMean(
    lost.map((isLost) => -isLost),
    lost.map(() => 1),
    cases.map(({ cluster }) => cluster),
  )
  const interval = expected && tInterval(expected, 0.95)
  assert.deepEqual(others, [])
  assert.equal(item?.ask, 'Is every action item there?')
  assert.deepEqual(
    [item?.kind, item?.name, item?.must, item?.cases, item?.worse, item?.better],
    ['item', 'actions', true, 24, 3, 0],
  )
  assert.ok(Math.abs((item?.meanDifference ?? 0) + 3 / 24) < 1e-12)
  assert.ok(Math.abs((item?.ciLow ?? 0) - (interval?.low ?? 0)) < 1e-9)
  assert.deepEqual([check?.name, check?.ask, check?.worse, check?.meanDifference], ['short', null, 0, 0])
})

test('a case that only one version has a score of is no pair; without a baseline the share has the interval', () => {
  const cases = [scoresOf(), scoresOf()]
  const rows = [
    row(0, 'baseline', 1, { actions: 1 }),
    row(0, 'candidate', 1, { actions: undefined }),
    row(1, 'candidate', 1, { actions: 0 }),
  ]
  assert.deepEqual(
    resultsOf(rows, cases).map(({ name }) => name),
    ['short'],
  )
  const alone = resultsOf(
    [row(0, 'candidate', 1, { actions: 1 }), row(1, 'candidate', 1, { actions: 0 })],
    cases,
    false,
  )
  const { mean, baselineMean, ciLow, ciHigh } = alone[0] ?? assert.fail('no line')
  assert.deepEqual({ mean, baselineMean, ciLow, ciHigh }, { mean: 0.5, baselineMean: null, ciLow: 0, ciHigh: 1 })
})

const scorer = (name: string, worse: number, meanDifference: number, cases = 40) => ({
  ...{ kind: 'item' as const, name, ask: `Is <${name}> kept?`, must: false, cases, mean: 1 + meanDifference },
  ...{ baselineMean: 1, meanDifference, ciLow: meanDifference - 0.1, ciHigh: meanDifference + 0.1, worse, better: 0 },
})
const scorers = [scorer('tone', 2, -0.05), scorer('same', 0, 0), scorer('actions', 9, -0.4), scorer('rare', 1, -1, 2)]

test('what changed most comes first; what did not change, and what few cases have, is a sentence', () => {
  const { lines, sentences } = scorerLines(incidentFeature({ scorers }))
  assert.deepEqual(
    lines.map(({ name }) => name),
    ['actions', 'tone'],
  )
  assert.deepEqual(sentences, [
    'Unchanged in every case: same.',
    'Not in the table: 1 check or question that concerns fewer than 5 cases; worse: rare.',
  ])
  const few = [scorer('rare', 0, 0, 2), scorer('seldom', 0, 0, 4)]
  assert.deepEqual(scorerLines(incidentFeature({ scorers: few, comparison: null })).sentences, [
    'Not in the table: 2 checks and questions that concern fewer than 5 cases each.',
  ])
})

test('terminal, comment and page have a line for each, and comment and page the question as text', async () => {
  const shown = await formats(incidentReport({ features: [incidentFeature({ scorers })] }))
  for (const name of ['terminal', 'markdown', 'html'] as const) {
    assert.match(shown[name] ?? '', /actions.*0\.600.*-0\.400.*\[-0\.500, -0\.300\].*9/, name)
    assert.match(shown[name] ?? '', /Unchanged in every case: same\./, name)
  }
  assert.match(shown.markdown ?? '', /Is &lt;actions&gt; kept\?/)
  assert.match(shown.html ?? '', /Is &lt;actions&gt; kept\?.*Is &lt;same&gt; kept\?/)
})
