import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readResults, refusalOf } from '../../support/results-files.ts'

const metric = (name: string, score: number | null, more: object = {}) => ({
  name,
  score,
  threshold: 0.5,
  success: score !== null && score >= 0.5,
  strictMode: false,
  evaluationModel: 'gpt-5.4',
  ...more,
})

const row = (input: string, metricsData: object[] | null, more: object = {}) => ({
  name: 'test_case_0',
  input,
  actualOutput: 'x',
  success: (metricsData ?? []).every((each) => 'success' in each && each.success === true),
  metricsData,
  tokenCost: 0.01,
  completionTime: 1.5,
  ...more,
})

const file = (testCases: object[], more: object = {}) =>
  JSON.stringify({ testCases, conversationalTestCases: [], metricsScores: [], runDuration: 1, ...more })

const outcome = ({ rows }: Awaited<ReturnType<typeof readResults>>) => rows.map(({ score, error }) => score ?? error)

test('a single metric is the score; an error of it, and no metric at all, is none', async () => {
  const side = await readResults(
    file([
      row('a', [metric('Correctness', 0.7)]),
      row('b', [metric('Correctness', null, { error: 'rate limit' })]),
      row('c', []),
      row('d', null),
    ]),
  )
  assert.deepEqual(outcome(side), [0.7, 'Correctness: rate limit', 'no metric was measured', 'no metric was measured'])
  assert.deepEqual([side.metric, side.graders], ['the metric Correctness', ['gpt-5.4']])
  assert.deepEqual([side.rows[0]?.costUsd, side.rows[0]?.latencyMs], [0.01, 1500])
})

test('of several metrics the verdict of DeepEval is compared, or the one that is named; a flaky one decides nothing', async () => {
  const flaky = metric('Odd', 0, { flaky: true, success: false })
  const text = file([
    { ...row('a', [metric('Correctness', 0.7), metric('Tone', 0.9), flaky]), success: true },
    row('b', [metric('Correctness', 0.2), metric('Tone', 0.9)]),
    row('c', [metric('Correctness', 0.9), metric('Tone', null, { error: 'no JSON' })]),
  ])
  const side = await readResults(text)
  assert.deepEqual(outcome(side), [1, 0, 'Tone: no JSON'])
  assert.equal(side.metric, 'whether a test case passed all its metrics')
  assert.match(side.notes.join(), /flaky/)
  assert.deepEqual(outcome(await readResults(text, { metric: 'Correctness' })), [0.7, 0.2, 0.9])
  assert.match(await refusalOf(text, { metric: 'Odd' }), /has Correctness, Tone/)
})

test('a metric of which less is better is turned round, as its passes show; one that goes both ways is refused', async () => {
  const toxic = (score: number) => metric('Toxicity', score, { success: score <= 0.5 })
  const side = await readResults(file([row('a', [toxic(0.1)]), row('b', [toxic(0.8)])]))
  assert.deepEqual(
    outcome(side).map((score) => Number(score).toFixed(2)),
    ['0.90', '0.20'],
  )
  assert.match(side.metric, /of which less is better/)
  assert.deepEqual(outcome(await readResults(file([row('a', [toxic(0.1)])]), { scale: { worst: 0, best: 1 } })), [0.1])
  const both = file([row('a', [toxic(0.1)]), row('b', [metric('Toxicity', 0.1)])])
  assert.match(await refusalOf(both), /sometimes more passes and sometimes less/)
})

test('cases are told apart by what was asked, not by their position; the same question twice is a repeat', async () => {
  const asked = [row('a', [metric('M', 1)]), row('b', [metric('M', 1)])]
  const one = await readResults(file(asked))
  const other = await readResults(file([...asked.toReversed(), row('a', [metric('M', 0)], { name: 'test_case_9' })]))
  assert.deepEqual([...one.measures.keys()].toSorted(), [...other.measures.keys()].toSorted())
  assert.deepEqual(
    other.rows.map(({ repeat }) => repeat),
    [1, 1, 2],
  )
  const tests = ['tone', 'length'].map((name) => row('a', [metric('M', 1)], { name: `test_${name}[case0]` }))
  const apart = await readResults(file(tests))
  assert.equal(apart.measures.size, 2)
  assert.match(apart.clusterNote ?? '', /2 cases are one cluster by the same input/)
})

test('the file that wraps a run is read, conversations are, and a run that counts more tests is incomplete', async () => {
  const conversation = {
    name: 'conversational_test_case_0',
    success: true,
    metricsData: [metric('M', 1)],
    turns: [{ role: 'user', content: 'Hi' }],
  }
  const run = JSON.parse(
    file([row('a', [metric('M', 1)])], { conversationalTestCases: [conversation], testPassed: 3, testFailed: 1 }),
  )
  const { rows, missing } = await readResults(JSON.stringify({ testRunData: run }))
  assert.deepEqual([rows.length, missing], [2, 2])
  assert.match(
    await refusalOf(file([row('a', [{ ...metric('M', 1), score: 'high' }])])),
    /testCases\[0\]\.metricsData\.0\.score/,
  )
  assert.match(await refusalOf(file([])), /no result has a score|the results are empty/)
})
