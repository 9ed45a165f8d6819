import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foo, fooFile, fooRow, outcomes, readResults, refusalOf } from '../../support/results-files.ts'

test('a result of promptfoo is its score, an error of the call or of the grader is none', async () => {
  const broken = fooRow({ id: 'grader', score: 0 })
  const [component] = broken.gradingResult?.componentResults ?? []
  Object.assign(component ?? {}, { metadata: { graderError: true }, reason: 'no JSON' })
  const { rows, tool, format, metric } = await readResults(
    foo([
      fooRow({ id: 'good', score: 0.8 }),
      fooRow({ id: 'bad', score: 0 }),
      fooRow({ id: 'call', score: { error: '429' } }),
      broken,
      fooRow({ id: 'half', score: 0 }, { more: { failureReason: 2, error: 'aborted' } }),
      fooRow({ id: 'told', score: 0.2 }, { more: { error: 'Expected output to contain "yes"' } }),
    ]),
  )
  assert.deepEqual(
    [tool, format, metric],
    ['promptfoo', 'promptfoo results, version 3 (promptfoo 0.119.0)', 'the overall score of a test'],
  )
  assert.deepEqual(
    rows.map(({ score, error }) => score ?? error),
    [0.8, 0, '429', 'the grader failed: no JSON', 'aborted', 0.2],
  )
  assert.deepEqual([rows[0]?.costUsd, rows[0]?.latencyMs], [0.001, 1200])
})

test('a grader that failed is an error also where promptfoo does not mark it, and a failed check is none', async () => {
  const told = (type: string, reason: string) => {
    const row = fooRow({ id: `${type} ${reason}`, score: 0 })
    const component = { pass: false, score: 0, reason, assertion: { type, value: 'x' } }
    return { ...row, gradingResult: { pass: false, score: 0, reason, componentResults: [component] } }
  }
  const broken = [
    'Could not extract JSON from llm-rubric response',
    'No output',
    'llm-rubric produced malformed response: SyntaxError',
    'Model grader produced a malformed response:\nmaybe',
    'LLM-proposed evaluation result is not in JSON format: hm',
    'API error: 429 Too Many Requests',
  ]
  const side = await readResults(foo(broken.map((reason) => told('llm-rubric', reason))))
  assert.deepEqual(
    side.rows.map(({ score, error }) => score ?? error),
    broken.map((reason) => `the grader failed: ${reason}`),
  )
  const answered = [
    told('llm-rubric', 'No output format was named'),
    told('llm-rubric', 'API errors are not handled'),
    told('contains', 'No output'),
  ]
  assert.deepEqual(
    (await readResults(foo(answered))).rows.map(({ score }) => score),
    [0, 0, 0],
  )
})

test('tests of the same variables are told apart by what they assert, in whatever order', async () => {
  const asserting = (value: string, score: number) =>
    fooRow({ id: 'q', score }, { more: { testCase: { vars: { question: 'q' }, assert: [{ type: 'equals', value }] } } })
  const scores = async (...rows: object[]) =>
    new Map((await readResults(foo(rows))).rows.map(({ id, score }) => [id, score]))
  const one = await scores(asserting('a', 1), asserting('b', 0))
  assert.equal(one.size, 2)
  assert.deepEqual(await scores(asserting('b', 0), asserting('a', 1)), one)
})

test('a test that asserts nothing has no score, although promptfoo writes 1', async () => {
  const empty = {
    testCase: { vars: { question: 'a' } },
    gradingResult: { pass: true, score: 1, reason: 'No assertions' },
  }
  const { rows } = await readResults(foo([fooRow({ id: 'a', score: 1 }, { more: empty })]))
  assert.match(rows[0]?.error ?? '', /asserts nothing/)
})

test('equal tests are repeats, and tests of the same variables with other assertions are cases of one cluster', async () => {
  const other = { testCase: { vars: { question: 'q0' }, assert: [{ type: 'equals', value: 'x' }] } }
  const { rows, clusterNote } = await readResults(
    foo([
      ...outcomes(2, () => 1).map((each) => fooRow(each)),
      fooRow({ id: 'q0', score: 0 }),
      fooRow({ id: 'q0', score: 0.5 }, { more: other }),
    ]),
  )
  assert.deepEqual(
    rows.map(({ repeat }) => repeat),
    [1, 1, 2, 1],
  )
  const [first, second, again, apart] = rows.map(({ id }) => id)
  assert.equal(first, again)
  assert.equal(new Set([first, second, apart]).size, 3)
  assert.equal(rows[3]?.cluster, rows[0]?.cluster)
  assert.match(clusterNote ?? '', /2 cases are one cluster by the same input/)
})

test('the same case has the same id whatever provider, prompt and stored outputs say', async () => {
  const one = await readResults(fooFile(outcomes(3, () => 1)))
  const other = await readResults(
    fooFile(
      outcomes(3, () => 0),
      { provider: 'x', prompt: 'Other {{question}}', more: { vars: { question: 'q', stored: 'an earlier output' } } },
    ),
  )
  assert.deepEqual([...one.measures.keys()], [...other.measures.keys()])
})

test('of a file with several providers and prompts one is chosen by name, and never silently', async () => {
  const all = outcomes(2, () => 1)
  const text = foo([
    ...all.map((each) => fooRow(each, { provider: 'openai:gpt-5' })),
    ...all.map((each) => fooRow({ ...each, score: 0.5 }, { provider: 'openai:gpt-5-mini' })),
    ...all.map((each) =>
      fooRow(
        { ...each, score: 0 },
        { provider: 'openai:gpt-5', prompt: 'Short: {{question}}', more: { promptIdx: 1 } },
      ),
    ),
  ])
  assert.match(await refusalOf(text), /several versions.*\n {2}openai:gpt-5, prompt 1/)
  assert.match(await refusalOf(text, {}, 'a.json#gpt-4'), /nothing of "gpt-4"/)
  assert.match(await refusalOf(text, {}, 'a.json#openai:gpt-5'), /several versions/)
  const scores = async (name: string) => (await readResults(text, {}, name)).rows.map(({ score }) => score)
  assert.deepEqual(await scores('a.json#mini'), [0.5, 0.5])
  assert.deepEqual(await scores('a.json#openai:gpt-5#prompt 2'), [0, 0])
  assert.deepEqual(await scores('a.json#openai:gpt-5#Answer'), [1, 1])
})

test('a named metric is the mean of its assertions; a name that is not there is refused with those that are', async () => {
  const row = fooRow({ id: 'a', score: 0.9 })
  const part = (score: number) => ({ pass: true, score, reason: 'r', assertion: { type: 'contains', metric: 'tone' } })
  const text = foo([
    {
      ...row,
      namedScores: { tone: 1.5 },
      gradingResult: { pass: true, score: 1, componentResults: [part(1), part(0.5)] },
    },
  ])
  const { rows, metric } = await readResults(text, { metric: 'tone' })
  assert.deepEqual([rows[0]?.score, metric], [0.75, 'the metric tone'])
  assert.deepEqual((await readResults(text, { metric: 'pass' })).rows[0]?.score, 1)
  assert.match(await refusalOf(text, { metric: 'length' }), /no result has the metric "length"; it has pass, tone/)
})

test('graders are told with the assertions that a model grades', async () => {
  const named = async (text: string) => (await readResults(text)).graders
  assert.deepEqual(await named(fooFile(outcomes(2, () => 1))), [])
  assert.deepEqual(
    await named(
      fooFile(
        outcomes(2, () => 1),
        { grader: 'openai:gpt-5' },
      ),
    ),
    ['openai:gpt-5'],
  )
  const rows = outcomes(1, () => 1).map((each) => fooRow(each, { grader: 'x' }))
  for (const { gradingResult } of rows)
    Object.assign(gradingResult?.componentResults[0]?.assertion ?? {}, { provider: undefined })
  assert.deepEqual(await named(foo(rows)), ["promptfoo's default (0.119.0)"])
  const config = { defaultTest: { options: { provider: { id: 'anthropic:x', config: { apiKey: 'secret' } } } } }
  assert.deepEqual(await named(foo(rows, { config })), ['anthropic:x'])
})

test('results of another version, rows that are none, and a file cut off are refused with the place', async () => {
  const text = fooFile(outcomes(2, () => 1))
  assert.match(await refusalOf(foo([], { version: 4 })), /promptfoo results of version 4; versions 2 and 3 are read/)
  assert.match(await refusalOf(foo([])), /the results are empty/)
  assert.match(await refusalOf(foo([{ ...fooRow({ id: 'a', score: 1 }), score: 'high' }])), /results\[0\]\.score: /)
  assert.match(await refusalOf(text.slice(0, -40)), /^a\.json:1:\d+: not JSON: .*the file ends in the middle/)
})

test('JSON Lines are read, and what the file says to have more than it holds is said', async () => {
  const lines = outcomes(2, () => 1).map((each) => JSON.stringify(fooRow(each)))
  assert.equal((await readResults(lines.join('\n'))).rows.length, 2)
  assert.match(await refusalOf(`${lines[0]}\n{"success": tr`), /^a\.json:2:\d+: not JSON/)
  const whole = JSON.parse(fooFile(outcomes(2, () => 1)))
  whole.results.stats = { successes: 4, failures: 1, errors: 0 }
  assert.equal((await readResults(JSON.stringify(whole))).missing, 3)
})
