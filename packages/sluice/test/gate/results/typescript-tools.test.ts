import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readResults, refusalOf } from '../../support/results-files.ts'

const outcome = ({ rows }: Awaited<ReturnType<typeof readResults>>) => rows.map(({ score, error }) => score ?? error)

const vitest = (assertionResults: object[], more: object = {}) =>
  JSON.stringify({
    numTotalTests: assertionResults.length,
    testResults: [{ name: '/home/ci/app/evals/refund.eval.ts', status: 'passed', message: '', assertionResults }],
    ...more,
  })

const assertion = (fullName: string, meta: object, more: object = {}) => ({
  fullName,
  status: 'passed',
  title: fullName,
  duration: 900,
  meta,
  ...more,
})

const scored = (avgScore: number | null, scores: object[] = []) => ({ eval: { avgScore, scores } })

test('a test of vitest-evals is its average score; without one, or with an error of the harness, it has none', async () => {
  const side = await readResults(
    vitest([
      assertion('a', scored(0.75)),
      assertion('b', scored(null)),
      assertion('c', { harness: { name: 'h', run: { errors: [{ message: 'no model' }] } } }, { status: 'failed' }),
      assertion('d', { harness: { name: 'h' } }, { status: 'failed', failureMessages: ['Error: timed out\n  at x'] }),
      assertion('e', scored(1), { status: 'skipped' }),
      assertion('f', scored(1), { status: 'failed' }),
      assertion('a unit test', {}),
    ]),
  )
  assert.deepEqual(outcome(side), [
    0.75,
    'the test has no average score',
    'no model',
    'Error: timed out',
    'the test is skipped',
    1,
  ])
  assert.deepEqual([side.tool, side.rows[0]?.id, side.graders], ['vitest-evals', 'refund.eval.ts > a', null])
  assert.match(side.notes.join('\n'), /1 test without a score left out[\s\S]*1 test failed by more than the score/)
})

test('one score of vitest-evals is chosen by name; a report without evals can only pass or fail', async () => {
  const text = vitest([
    assertion(
      'a',
      scored(0.5, [
        { name: 'Tone', score: 0.2 },
        { name: 'Facts', score: 0.8 },
      ]),
    ),
  ])
  assert.deepEqual(outcome(await readResults(text, { metric: 'Tone' })), [0.2])
  assert.match(await refusalOf(text, { metric: 'Style' }), /it has pass, Tone, Facts/)
  const plain = vitest([assertion('a', {}), assertion('b', {}, { status: 'failed' })])
  assert.match(await refusalOf(plain), /without a single score of vitest-evals/)
  assert.deepEqual(outcome(await readResults(plain, { metric: 'pass' })), [1, 0])
})

const evalite = (evals: object[]) => JSON.stringify({ run: { id: 1, runType: 'full', createdAt: '' }, evals })
const result = (input: string, scores: object[], more: object = {}) => ({
  id: 1,
  duration: 40,
  input,
  expected: 'x',
  output: 'x',
  status: 'success',
  averageScore: 0,
  scores,
  traces: [],
  ...more,
})

test('a result of evalite is its average; the 0 that stands for no score at all is none', async () => {
  const side = await readResults(
    evalite([
      {
        name: 'Mail',
        results: [
          result(
            'a',
            [
              { name: 'Tone', score: 0.4 },
              { name: 'Facts', score: 0 },
            ],
            { averageScore: 0.2 },
          ),
          result('b', [], { status: 'fail' }),
          result('c', [], { status: 'running' }),
          result('a', [{ name: 'Tone', score: 1 }], { averageScore: 1 }),
        ],
      },
    ]),
  )
  assert.deepEqual(outcome(side), [
    0.2,
    'the task or a scorer failed, so there is no score',
    'the result was still running',
    1,
  ])
  assert.deepEqual(
    side.rows.map(({ repeat }) => repeat),
    [1, 1, 1, 2],
  )
  assert.match(side.notes.join(), /evalite writes 0 where a scorer gave no score/)
})

test('variants of evalite are versions of the same cases, also within one file', async () => {
  const variant = (variantName: string, averageScore: number) => ({
    name: `Mail [${variantName}]`,
    variantName,
    variantGroup: 'Mail',
    results: [result('a', [{ name: 'Tone', score: averageScore }], { averageScore })],
  })
  const text = evalite([variant('short', 0.2), variant('long', 0.9)])
  assert.match(await refusalOf(text), /results of several versions/)
  const [short, long] = [await readResults(text, {}, 'a.json#short'), await readResults(text, {}, 'a.json#long')]
  assert.deepEqual([outcome(short), outcome(long), short.rows[0]?.id === long.rows[0]?.id], [[0.2], [0.9], true])
  assert.deepEqual(outcome(await readResults(text, { metric: 'Tone' }, 'a.json#long')), [0.9])
})
