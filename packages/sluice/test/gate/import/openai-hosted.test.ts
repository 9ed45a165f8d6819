import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Parsed, runImport } from './import-run.ts'

const uuid = '-a2486074-d803-4445-b431-ad2262e85d47'
const output = '{{sample.output_text}}'
const evaluation = {
  object: 'eval',
  id: 'eval_1',
  name: 'Ticket triage',
  data_source_config: { type: 'custom', item_schema: {} },
  testing_criteria: [
    {
      type: 'string_check',
      name: 'Label',
      id: `Label${uuid}`,
      input: output,
      reference: '{{ item.label }}',
      operation: 'eq',
    },
    { type: 'string_check', name: 'Not empty', input: output, reference: 'none', operation: 'ne', novel: 1 },
    { type: 'string_check', name: 'Mentions', input: output, reference: '{{item.customer.name}}', operation: 'ilike' },
    {
      type: 'string_check',
      name: 'JSON',
      input: '{{sample.output_json.team}}',
      reference: '{{item.label}}',
      operation: 'eq',
    },
    {
      type: 'text_similarity',
      name: 'Close',
      input: output,
      reference: '{{item.label}}',
      evaluation_metric: 'rouge_l',
      pass_threshold: 0.5,
    },
    {
      type: 'text_similarity',
      name: 'Fuzzy',
      input: output,
      reference: '{{item.label}}',
      evaluation_metric: 'bertscore',
      pass_threshold: 0.5,
    },
    {
      type: 'label_model',
      name: 'Tone',
      model: 'gpt-4o',
      input: [
        { role: 'developer', content: 'You judge tone.' },
        { role: 'user', content: { type: 'input_text', text: `Ticket {{item.ticket}}: ${output}` } },
      ],
      labels: ['good', 'bad'],
      passing_labels: ['good'],
    },
    {
      type: 'score_model',
      name: 'Quality',
      model: 'o9-unknown',
      input: [{ role: 'user', content: output }],
      range: [1, 5],
      pass_threshold: 4,
    },
    { type: 'python', name: 'Code', source: 'def grade(sample, item):\n    return 1.0' },
    {
      type: 'multi',
      name: 'Both',
      calculate_output: '0.7 * a + 0.3 * b',
      graders: {
        a: { type: 'string_check', name: 'a', input: output, reference: 'x', operation: 'like' },
        b: { type: 'quantum', name: 'b' },
      },
    },
  ],
  metadata: {},
}
const item = { ticket: 'Card charged twice', label: 'billing', customer: { name: 'Ann' } }
const exported = {
  eval: evaluation,
  rows: [{ item }, { item: { ...item, ticket: 'Cannot log in', label: 'access' } }],
  runs: [
    {
      run: {
        id: 'r',
        model: 'gpt-4o',
        data_source: {
          type: 'completions',
          model: 'gpt-4o',
          sampling_params: { temperature: 0, max_completions_tokens: 50 },
          input_messages: {
            type: 'template',
            template: [
              { role: 'developer', content: 'Route.' },
              { role: 'user', content: '{{item.ticket}}' },
            ],
          },
        },
      },
      output_items: [
        {
          datasource_item: item,
          status: 'fail',
          results: [{ name: `Label${uuid}`, passed: true, score: 1 }],
          sample: {
            model: 'gpt-4o',
            output: [{ role: 'assistant', content: 'billing' }],
            finish_reason: 'stop',
            usage: { prompt_tokens: 3, completion_tokens: 1 },
          },
        },
        {
          datasource_item: { ...item, ticket: 'Cannot log in', label: 'access' },
          status: 'error',
          results: [],
          sample: { model: 'gpt-4o', output: [], error: { code: 'timeout', message: 'timed out' } },
        },
      ],
    },
  ],
}

test('a hosted export: criteria are checks and judges, answers are recordings', async () => {
  const { written, fidelity, stderr, document } = await runImport('openai-evals', {
    'export.json': JSON.stringify(exported),
  })
  assert.equal(stderr, '')
  const prompt = written('prompts/ticket-triage.prompt.yml')
  assert.deepEqual(prompt.messages, [
    { role: 'system', content: 'Route.' },
    { role: 'user', content: '{{ticket}}' },
  ])
  assert.deepEqual(prompt.modelParameters, { temperature: 0, maxTokens: 50 })
  assert.deepEqual(prompt.checks, [
    { equals: '{{expected}}', caseSensitive: true, name: 'Label', must: true },
    { notEquals: 'none', caseSensitive: true, name: 'Not empty', must: true },
    { contains: '{{customer.name}}', name: 'Mentions', must: true },
    { jsonPath: { path: '$.team', equals: '{{expected}}' }, name: 'JSON', must: true },
    { similarity: { to: '{{expected}}', metric: 'rouge-l', min: 0.5 }, name: 'Close', must: true },
    { contains: 'x', caseSensitive: true, name: 'a', weight: 0.7 },
  ])
  assert.deepEqual(prompt.evaluators[0], {
    name: 'Tone',
    llm: {
      modelId: 'openai:gpt-4o',
      systemPrompt: 'You judge tone.',
      prompt: 'Ticket {{ticket}}: {{completion}}',
      choices: [
        { choice: 'good', score: 1 },
        { choice: 'bad', score: 0 },
      ],
    },
  })
  assert.deepEqual(
    prompt.evaluators[1].llm.choices.map(({ choice, score }: Parsed) => [choice, score]),
    [
      ['1', 0],
      ['2', 0.25],
      ['3', 0.5],
      ['4', 0.75],
      ['5', 1],
    ],
  )
  const [first] = written('evals/ticket-triage.yaml')
  assert.deepEqual([first.vars, first.expected], [{ ticket: 'Card charged twice', 'customer.name': 'Ann' }, 'billing'])
  const [answer, failure] = written('recordings/ticket-triage.jsonl')
  assert.deepEqual(answer, {
    case: first.id,
    model: 'gpt-4o',
    repeat: 1,
    output: 'billing',
    inputTokens: 3,
    outputTokens: 1,
  })
  assert.equal(failure.error, 'timed out')
  const review = document.files.find((file: string) => file.startsWith('review/'))
  assert.match(written(review), /def grade/)
  for (const said of [
    'dropped quantum: a grader of an unknown type',
    'dropped string_check.novel: no field of this grader that is known here',
    'dropped text_similarity: an unknown metric: bertscore',
    'same item.label: the reference answer, since a grader compares with it',
  ])
    assert.ok(fidelity.includes(said), `${said} in\n${fidelity.join('\n')}`)
  assert.deepEqual(document.translated, { assertions: 12, same: 3, approximated: 6, dropped: 3, share: 0.75 })
})

test('--verify scores the kept answers of an export anew', async () => {
  const criteria = evaluation.testing_criteria.slice(0, 3)
  const results = criteria.map(({ name }, index) => ({ name: `${name}${uuid}`, passed: index < 2, score: 1 }))
  const own = {
    ...exported,
    eval: { ...evaluation, testing_criteria: criteria },
    runs: [
      {
        ...exported.runs[0],
        output_items: [{ ...exported.runs[0]?.output_items[0], results }, exported.runs[0]?.output_items[1]],
      },
    ],
  }
  const { document, code } = await runImport(
    'openai-evals',
    { 'export.json': JSON.stringify(own) },
    { flags: ['--verify', 'export.json'] },
  )
  assert.deepEqual(document.verification.cases, { all: 2, same: 1, differs: 0, notComparable: 1 })
  assert.deepEqual([code, document.verification.assertions.same, document.verification.assertions.differs], [0, 3, 0])
})

test('rows of runs are cases where an export has no rows, and an eval alone is refused', async () => {
  const { document } = await runImport('openai-evals', { 'e.json': JSON.stringify([{ ...exported, rows: [] }]) })
  assert.equal(document.features[0].cases, 2)
  const alone = await runImport('openai-evals', { 'e.json': JSON.stringify(evaluation) })
  assert.match(alone.stderr, /e\.json has no rows: export them too/)
  const cut = await runImport('openai-evals', { 'e.json': JSON.stringify(exported).slice(0, 200) })
  assert.match(cut.stderr, /e\.json:1:\d+/)
})

test('a page of output items says that there are more', async () => {
  const [run] = exported.runs
  const paged = { ...exported, runs: [{ ...run, output_items: { data: run?.output_items, has_more: true } }] }
  const { fidelity } = await runImport('openai-evals', { 'paged.json': JSON.stringify(paged) })
  assert.equal(fidelity.filter((line) => /^dropped output items of other pages: .* has_more/.test(line)).length, 1)
  const whole = await runImport('openai-evals', { 'whole.json': JSON.stringify(exported) })
  assert.ok(!whole.fidelity.some((line) => line.includes('has_more')))
})
