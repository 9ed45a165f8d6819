import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Parsed, runImport } from './import-run.ts'

const asked = 'Does the output say the same as the expected answer, with no fact missing, added or changed?'

test('a value that a suite would read as a file is written as its text', async () => {
  const items = [{ id: '1', input: { doc: { file: '../.env' }, n: 3 }, expectedOutput: 'x', status: 'ACTIVE' }]
  const { written, fidelity } = await runImport('langfuse', { 'items.json': JSON.stringify(items) })
  assert.deepEqual(written('evals/items.yaml')[0].vars, { doc: '{"file":"../.env"}', n: 3 })
  assert.ok(fidelity.some((said) => said.startsWith('approximated variable doc: a map with the key file alone')))
})

test('DeepEval: goldens of JSON in camel case', async () => {
  const goldens = [
    {
      input: 'What is 2+2?',
      expectedOutput: '4',
      context: ['Sums.'],
      expectedTools: [{ name: 'calc' }],
      additionalMetadata: { tags: ['maths'] },
      sourceFile: 'a.md',
      novel: 1,
    },
    { input: 'Say {{hi}}', expectedOutput: 'hi', name: 'greeting', actualOutput: 'ho' },
  ]
  const { written, fidelity, stderr } = await runImport('deepeval', { 'goldens.json': JSON.stringify(goldens) })
  const prompt = written('prompts/goldens.prompt.yml')
  assert.equal(stderr, '')
  assert.deepEqual(prompt.rubric, [{ id: 'agrees-with-reference', ask: asked }])
  const [first, second] = written('evals/goldens.yaml')
  assert.match(first.id, /^case-[0-9a-f]{10}$/)
  assert.deepEqual(first.tags, ['maths'])
  assert.deepEqual(first.vars, { input: 'What is 2+2?', context: ['Sums.'] })
  assert.equal(first.expected, '4')
  assert.deepEqual(first.source, { additionalMetadata: { tags: ['maths'] }, sourceFile: 'a.md' })
  assert.deepEqual([second.id, second.vars.input], ['greeting', 'Say {{hi}}'])
  for (const said of [
    'dropped novel: no field of DeepEval that is known here',
    'dropped expectedTools: write them as toolCalled or toolOrder, for a target that reports its calls',
    'dropped actualOutput: an answer of an earlier run, and no reference',
    'same expectedOutput: the reference answer',
  ])
    assert.ok(fidelity.includes(said), `${said} in\n${fidelity.join('\n')}`)
  assert.ok(fidelity.some((said) => said.startsWith('approximated grader: nothing else scores it')))
})

test('DeepEval: a context in CSV is divided at |, and a conversation is no case', async () => {
  const csv = 'input,expected_output,retrieval_context,scenario\n"Who, now?",Ann,one|two,\n,,,Buys a ticket\n'
  const { written, fidelity } = await runImport('deepeval', { 'goldens.csv': csv })
  assert.deepEqual(
    written('evals/goldens.yaml').map(({ vars }: Parsed) => vars),
    [{ retrieval_context: ['one', 'two'], input: 'Who, now?' }],
  )
  assert.ok(fidelity.includes('dropped case: it has no input'))
  assert.ok(fidelity.some((said) => said.startsWith('dropped scenario: a conversation')))
})

test('Langfuse: ids stay, archived items and facts about the data set are left out', async () => {
  const data = [
    {
      id: 'i-1',
      status: 'ACTIVE',
      input: { question: 'Capital?', country: 'France' },
      expectedOutput: { answer: 'Paris' },
      metadata: null,
      sourceTraceId: 't1',
      datasetName: 'd',
    },
    { id: 'i-2', status: 'ARCHIVED', input: 'x', expectedOutput: 'y' },
    { id: 'i-1', status: 'ACTIVE', input: { question: 'Other?', country: 'Italy' }, expectedOutput: 'Rome' },
  ]
  const { written, fidelity } = await runImport('langfuse', { 'items.json': JSON.stringify({ data, meta: {} }) })
  const cases = written('evals/items.yaml')
  assert.deepEqual(
    cases.map(({ id }: Parsed) => id),
    ['i-1', 'i-1-2'],
  )
  assert.deepEqual([cases[0].vars, cases[0].expected], [{ question: 'Capital?', country: 'France' }, 'Paris'])
  assert.deepEqual(cases[0].source, { status: 'ACTIVE', sourceTraceId: 't1' })
  assert.ok(fidelity.includes('dropped archived item: its status says that it is not used'))
  assert.ok(fidelity.some((said) => said.startsWith('approximated id given twice')))
  assert.ok(fidelity.some((said) => said.startsWith('dropped datasetName')))
})

test('LangSmith: messages that are alike stand in the prompt, others are variables', async () => {
  const example = (id: string, text: string, answer: string) =>
    JSON.stringify({
      id,
      inputs: {
        messages: [
          { role: 'system', content: 'Be {{brief}}.' },
          { role: 'user', content: text },
        ],
        lang: 'en',
      },
      outputs: { answer, why: 'x' },
      split: 'test',
    })
  const text = [example('a', 'One?', '1'), example('b', 'Two?', '2')].join('\n')
  const { written, fidelity, stderr } = await runImport(
    'langsmith',
    { 'examples.jsonl': text },
    { flags: ['--map', 'outputs.answer=expected'] },
  )
  const [first] = written('evals/examples.yaml') ?? assert.fail(stderr)
  assert.deepEqual(written('prompts/examples.prompt.yml').messages, [
    { role: 'system', content: String.raw`Be \{{brief}}.` },
    { role: 'user', content: '{{input}}' },
  ])
  assert.deepEqual([first.vars, first.expected, first.tags], [{ input: 'One?' }, '1', ['test']])
  assert.ok(fidelity.includes('same outputs: kept under source'), fidelity.join('\n'))
})

test('LangSmith: columns of CSV are gathered', async () => {
  const { written } = await runImport('langsmith', { 'e.csv': 'id,inputs.question,outputs.answer\nx,Who?,Ann\n' })
  assert.deepEqual(written('evals/e.yaml')[0].vars, { question: 'Who?' })
  assert.equal(written('evals/e.yaml')[0].expected, 'Ann')
})

test('Braintrust: tags are tags, and answers of earlier runs are no reference', async () => {
  const rows = [
    {
      id: 'r',
      input: 'a',
      expected: 'b',
      tags: ['x'],
      metadata: { m: 1 },
      output: 'c',
      scores: { s: 1 },
      _xact_id: '1',
    },
  ]
  const { written, fidelity } = await runImport('braintrust', { 'rows.json': JSON.stringify(rows) })
  const [item] = written('evals/rows.yaml')
  assert.deepEqual(
    [item.id, item.vars, item.expected, item.tags, item.source],
    ['r', { input: 'a' }, 'b', ['x'], { metadata: { m: 1 } }],
  )
  assert.ok(fidelity.includes('dropped output: an answer of an earlier run, and no reference'))
})

test('Phoenix: output is the reference', async () => {
  const text = JSON.stringify({ id: 'e1', input: { q: 'a' }, output: { answer: 'b', score: 1 }, metadata: {} })
  const { written, fidelity } = await runImport('phoenix', { 'p.jsonl': text })
  assert.deepEqual(
    [written('evals/p.yaml')[0].vars, written('evals/p.yaml')[0].expected],
    [{ q: 'a' }, '{"answer":"b","score":1}'],
  )
  assert.ok(fidelity.includes('approximated output: the reference answer is its JSON'))
})

test('MLflow: facts and guidelines are questions', async () => {
  const record = {
    inputs: { q: 'a' },
    expectations: { expected_response: 'b', expected_facts: ['c'], guidelines: ['be kind'], odd: 1 },
  }
  const { written, fidelity } = await runImport('mlflow', { 'm.json': JSON.stringify([record]) })
  const [item] = written('evals/m.yaml')
  assert.equal(item.expected, 'b')
  assert.deepEqual(
    item.rubric.map(({ ask }: Parsed) => ask),
    ['Does the output state this fact? c', 'Does the output follow this guideline? be kind'],
  )
  assert.ok(fidelity.includes('dropped expectations.odd: nothing here scores it; kept under source'))
})

test('Agent Skills: statements are questions, files are named as lost', async () => {
  const text = JSON.stringify({
    skill_name: 'pdf',
    evals: [{ id: 1, prompt: 'Fill it', expected_output: 'a form', files: ['a.pdf'], assertions: ['It names {{x}}'] }],
  })
  const { written, fidelity, document } = await runImport('agent-skills', { 'pdf/evals/evals.json': text })
  assert.equal(document.features[0].feature, 'pdf')
  assert.deepEqual(
    written('evals/pdf.yaml')[0].rubric.map(({ ask }: Parsed) => ask),
    ['Is this true of the output? It names {{x}}'],
  )
  assert.deepEqual(document.translated.approximated, 1)
  assert.ok(fidelity.some((said) => said.startsWith('dropped files: files are not given to the model')))
})

for (const [format, file, content, message] of [
  ['langfuse', 'cut.json', '{"data": [{"input": "a"', /cut\.json:1:\d+/],
  ['langfuse', 'empty.json', '', /is empty/],
  ['langfuse', 'none.json', '[]', /has no rows/],
  ['langfuse', 'scalar.json', '3', /is no list of rows, and no map with data or items/],
  ['braintrust', 'odd.json', '[1]', /rows\[0\] is no map of fields/],
  ['deepeval', 'latin.csv', Buffer.from('input\nGr\xfc\xdfe\n', 'latin1'), /latin\.csv:2:3: a byte that is not UTF-8/],
  ['phoenix', 'rows.parquet', 'PAR1', /packed or binary/],
  ['langsmith', 'wide.csv', 'a,b\n1,2,3\n', /wide\.csv:2:5: 3 fields where the header has 2/],
  ['agent-skills', 'evals.json', '{"evals": 3}', /has no list "evals"/],
] as const) {
  test(`${format} refuses ${file} with its place, and writes nothing`, async () => {
    const { code, stderr, written } = await runImport(format, { [file]: content })
    assert.deepEqual([code, message.test(stderr), written('sluice.yaml')], [3, true, undefined], stderr)
  })
}

test('keys of prototypes are fields like any other', async () => {
  const text = '{"input": {"__proto__": "a", "constructor": "b"}, "expected": "c", "toString": 1}'
  const { fidelity, code, written } = await runImport('braintrust', { 'p.jsonl': text })
  assert.equal(code, 0)
  assert.deepEqual(Object.keys(written('evals/p.yaml')[0].vars), ['constructor'])
  assert.ok(fidelity.includes('dropped variable __proto__: no name of a variable'))
  assert.ok(fidelity.includes('dropped toString: no field of Braintrust that is known here'))
})

test('a page of an export says that it is not all', async () => {
  const examples = Array.from({ length: 100 }, (_, index) => ({ id: `e${index}`, inputs: { q: 'Who?' } }))
  const files: [string, unknown, RegExp | undefined][] = [
    [
      'langfuse',
      { data: [{ input: 'a' }], meta: { page: 1, totalItems: 3 } },
      /^dropped items of other pages: .* 1 of 3/,
    ],
    ['langfuse', { status: 200, body: { data: [{ input: 'a' }], meta: { totalItems: 2 } } }, /items of other pages/],
    ['langfuse', { data: [{ input: 'a' }], meta: { page: 1, totalItems: 1 } }, undefined],
    ['braintrust', { events: [{ input: 'a' }], cursor: 'x1' }, /^dropped rows behind the cursor, if there are any/],
    ['braintrust', { events: [{ input: 'a' }], cursor: null }, undefined],
    ['langsmith', { version: 1, dataset: { name: 'd' }, examples }, /^dropped examples beyond the limit/],
    ['langsmith', { version: 1, dataset: { name: 'd' }, examples: examples.slice(1) }, undefined],
  ]
  for (const [format, data, said] of files) {
    const { fidelity, code } = await runImport(format, { 'rows.json': JSON.stringify(data) }, { flags: ['--dry-run'] })
    assert.equal(code, 0)
    const found = fidelity.filter((line) => /other pages|cursor|beyond/.test(line))
    assert.equal(found.length, said === undefined ? 0 : 1, `${format}: ${fidelity}`)
    if (said !== undefined) assert.match(found[0] ?? '', said)
  }
})
