import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readResults, refusalOf } from '../../support/results-files.ts'

const outcome = ({ rows }: Awaited<ReturnType<typeof readResults>>) => rows.map(({ score, error }) => score ?? error)

const item = (id: string, scores: object[] | undefined, more: object = {}) => ({
  id: `span-${id}`,
  experimentItemId: id,
  experimentName: 'run 1',
  startTime: '2026-11-01T00:00:00.000Z',
  endTime: '2026-11-01T00:00:02.500Z',
  level: 'DEFAULT',
  input: id,
  expectedOutput: 'x',
  experimentItemMetadata: { tags: ['core'] },
  scores,
  ...more,
})
const number = (name: string, value: unknown) => ({ name, value, dataType: 'NUMERIC' })

test('items of a Langfuse experiment: numbers and booleans are scores, an error or a missing score is none', async () => {
  const data = [
    item('a', [number('correct', 0.5), { name: 'why', value: 'because', dataType: 'TEXT' }]),
    item('b', [{ name: 'correct', value: true, dataType: 'BOOLEAN' }]),
    item('c', []),
    item('d', [number('correct', 1)], { level: 'ERROR' }),
    item('e', [number('correct', null)]),
  ]
  const side = await readResults(JSON.stringify({ data, meta: {} }))
  assert.deepEqual(outcome(side), [0.5, 1, 'no score correct', 'the item ended with an error', 'no score correct'])
  assert.deepEqual([side.version, side.rows[0]?.latencyMs, side.rows[0]?.tags], ['run 1', 2500, ['core']])
  assert.equal(side.metric, 'the score correct')
})

test('Langfuse: a page of several, scores that were not exported, and categories are refused', async () => {
  const page = (data: object[], cursor?: string) => ({ data, meta: cursor ? { cursor } : {} })
  const one = item('a', [number('correct', 1)])
  assert.match(await refusalOf(JSON.stringify(page([one], 'next'))), /one page of a longer list/)
  assert.equal(
    (await readResults(JSON.stringify([page([one], 'next'), page([item('b', [number('correct', 1)])])]))).rows.length,
    2,
  )
  assert.match(
    await refusalOf(JSON.stringify(page([item('a', undefined)]))),
    /fields=core,dataset,io,itemMetadata,scores/,
  )
  const words = item('a', [{ name: 'tone', value: 'friendly', dataType: 'CATEGORICAL' }])
  assert.match(await refusalOf(JSON.stringify(page([words]))), /"tone|tone is categorical in 1 of 1 items/)
  const two = item('a', [number('correct', 1), number('tone', 1)])
  assert.match(await refusalOf(JSON.stringify(page([two]))), /several scores and no overall one; choose: --metric/)
})

test('a score from 1 to 5 needs its scale, and nothing outside of it is cut', async () => {
  const text = JSON.stringify({ data: [1, 4, 5].map((value) => item(`i${value}`, [number('stars', value)])), meta: {} })
  assert.match(
    await refusalOf(text),
    /not from 0 to 1: 2 of 3 scores, the first 4 of "i4"; they lie from 1 to 5\. .*--scale 1,5/,
  )
  assert.deepEqual(outcome(await readResults(text, { scale: { worst: 1, best: 5 } })), [0, 0.75, 1])
  assert.deepEqual(outcome(await readResults(text, { scale: { worst: 5, best: 1 } })), [1, 0.25, 0])
  assert.match(await refusalOf(text, { scale: { worst: 1, best: 4 } }), /outside of --scale 1,4: 1 of 3 scores/)
})

test('what the Langfuse SDK returned is read, in the words of both languages', async () => {
  const itemResults = [{ item: { id: 'a', input: 'q' }, output: 'x', evaluations: [{ name: 'correct', value: 0.5 }] }]
  assert.deepEqual(outcome(await readResults(JSON.stringify({ runName: 'r', itemResults, runEvaluations: [] }))), [0.5])
  const python = { run_name: 'r', item_results: itemResults, run_evaluations: [] }
  assert.deepEqual((await readResults(JSON.stringify(python))).rows[0]?.id, 'a')
})

const example = (id: string, runs: object[], more: object = {}) => ({
  id,
  inputs: { question: id },
  outputs: { answer: 'x' },
  runs,
  ...more,
})
const run = (avg: number | null, more: object = {}) => ({
  error: null,
  start_time: '2026-11-01T00:00:00',
  end_time: '2026-11-01T00:00:01',
  total_cost: '0.003',
  feedback_stats: { correct: { n: 1, avg } },
  ...more,
})

test('examples of LangSmith with their runs: feedback is the score, its lack or an error is none, runs are repeats', async () => {
  const rows = [
    example('a', [run(1), run(0.5)]),
    example('b', [run(null)]),
    example('c', [run(0, { error: 'TimeoutError()' })]),
    example('d', [run(1, { feedback_stats: null })]),
  ]
  for (const text of [
    JSON.stringify({ examples_with_runs: rows }),
    rows.map((row) => JSON.stringify(row)).join('\n'),
  ]) {
    const side = await readResults(text)
    assert.deepEqual(outcome(side), [1, 0.5, 'no score for correct', 'TimeoutError()', 'no score for correct'])
    assert.deepEqual(
      side.rows.slice(0, 2).map(({ repeat, costUsd, latencyMs }) => [repeat, costUsd, latencyMs]),
      [
        [1, 0.003, 1000],
        [2, 0.003, 1000],
      ],
    )
  }
})

test('rows of evaluate() of LangSmith, and of its data frame, are read', async () => {
  const evaluated = (score: unknown, comment?: string) => ({
    run: run(null),
    example: { id: 'a', inputs: { q: 1 }, outputs: null },
    evaluation_results: { results: [{ key: 'correct', score, comment }] },
  })
  assert.deepEqual(outcome(await readResults(JSON.stringify([evaluated(true)]))), [1])
  assert.deepEqual(
    outcome(
      await readResults(
        JSON.stringify([evaluated(true), { ...evaluated(null, 'KeyError: x'), example: { id: 'b', inputs: {} } }]),
      ),
    ),
    [1, 'KeyError: x'],
  )
  const flat = {
    'inputs.q': 1,
    'outputs.a': 2,
    error: null,
    'feedback.correct': 0.5,
    execution_time: 2,
    example_id: 'a',
    id: 'r',
  }
  const side = await readResults(JSON.stringify([flat, { ...flat, example_id: 'b', 'feedback.correct': 'good' }]))
  assert.deepEqual([outcome(side), side.rows[0]?.latencyMs], [[0.5, 'no score for correct'], 2000])
})

const junit = (cases: string, tests = '') =>
  `<?xml version="1.0"?>\n<testsuites${tests}><testsuite name="mail">${cases}</testsuite></testsuites>`

test('JUnit: a failure is 0, an error and a skipped test are no score', async () => {
  const side = await readResults(
    junit(
      `<testcase classname="m" name="a" time="1.5"/>
      <testcase classname="m" name="b"><failure message="no &lt;b&gt;"/></testcase>
      <testcase classname="m" name="c"><error message="boom"/></testcase>
      <testcase classname="m" name="d"><skipped/></testcase>
      <testcase classname="m" name="e"><failure>x</failure><error>late</error></testcase>
      <testcase name="f"><flakyFailure message="once"/></testcase>`,
      ' tests="8"',
    ),
  )
  assert.deepEqual(outcome(side), [1, 0, 'the test broke: boom', 'the test was skipped', 'the test broke: late', 1])
  assert.deepEqual(
    [side.rows[0]?.id, side.rows[0]?.latencyMs, side.rows[5]?.id, side.missing],
    ['m > a', 1500, 'mail > f', 2],
  )
  assert.match(side.notes.join(), /1 test passed only when repeated/)
})

test('JUnit: a numeric property is a metric; a file that ends in the middle is refused, entities expand nothing', async () => {
  const property =
    '<testcase name="a"><properties><property name="score" value="0.5"/></properties></testcase><testcase name="b"/>'
  assert.deepEqual(outcome(await readResults(junit(property), { metric: 'score' })), [0.5, 'no property score'])
  assert.match(await refusalOf(junit(property).slice(0, -20)), /^a\.json:2:\d+: no XML: .*/)
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${junit('<testcase name="&b;"/>').slice(22)}`
  assert.match(await refusalOf(bomb), /no XML|undefined entity/)
  assert.match(await refusalOf('<html><body/></html>'), /is no results file that is known/)
})

test('JUnit: a test that did not run is skipped, and totals that no test bears out are a doubt', async () => {
  const idle = ['status="notrun"', 'status="run" result="suppressed"', 'status="disabled"']
  const side = await readResults(junit(idle.map((word, index) => `<testcase name="${index}" ${word}/>`).join('')))
  assert.deepEqual(
    outcome(side),
    idle.map(() => 'the test was skipped'),
  )
  const doubts = async (totals: string, cases: string) => (await readResults(junit(cases, totals))).doubts?.join()
  const [passed, failed] = ['<testcase name="p"/>', '<testcase name="f"><failure/></testcase>']
  assert.equal(
    await doubts(' failures="40"', passed),
    'a.json: its totals count 40 failed or broken tests, and none of its 1 tests are such',
  )
  assert.match((await doubts(' errors="1"', passed)) ?? '', /count 1 failed or broken test/)
  assert.match((await doubts(' failures="2"', passed + failed)) ?? '', /and only 1 of its 2 tests is one/)
  assert.equal(await doubts(' failures="1" errors="1"', passed + failed), '')
})
