import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pinnedForm } from '../../../../src/core/suite/models/pinned-models.ts'
import { faultsOf, good, goodPrompt } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'

async function warningsFor(check: string): Promise<string[]> {
  const faults = await faultsOf(good({ [file]: goodPrompt.replace('{maxWords: 180}', check) }))
  return faults.map((fault) => fault.replace(`warning ${file}:9:5: checks.0: `, ''))
}

test('checks that cannot fail, or cannot be passed, are warnings', async () => {
  for (const check of ['{matches: ".*"}', '{matches: "(foo)?"}', '{matches: "[^]*"}', '{matches: "a|"}']) {
    assert.deepEqual(await warningsFor(check), ['cannot fail: the pattern matches anything'], check)
  }
  assert.deepEqual(await warningsFor('{notMatches: "x*"}'), ['no output can pass: the pattern matches anything'])
  assert.deepEqual(await warningsFor('{minWords: 0}'), ['cannot fail: every output has 0 words or more'])
  assert.deepEqual(await warningsFor('{similarity: {to: x, min: 0}}'), ['cannot fail: every similarity is 0 or more'])
  assert.deepEqual(await warningsFor('{notSimilarity: {to: x, min: 0}}'), [
    'no output can pass: every similarity is 0 or more',
  ])
  assert.deepEqual(await warningsFor('{similarity: {to: x, metric: meteor, min: 1}}'), [
    'no output can pass: METEOR is below 1 even for an equal text',
  ])
  assert.deepEqual(await warningsFor('{notSimilarity: {to: x, metric: meteor, min: 1}}'), [
    'cannot fail: METEOR is below 1 for any text',
  ])
  for (const expression of ['1 == 1', 'vars.email.contains("x")', 'expected == "x"', '0.5'])
    assert.deepEqual(
      (await warningsFor(`{expression: '${expression}'}`)).filter((fault) => !fault.includes('no expected answer')),
      ['says nothing about the output: it uses neither output nor json'],
      expression,
    )
  assert.deepEqual(await warningsFor('{containsJson: {}}'), [
    'accepts any JSON object or list, also a footnote such as [1]; write {containsJson: true} for an object',
  ])
  assert.deepEqual(await warningsFor('{jsonSchema: {}}'), [
    'accepts any JSON; write {json: true} if that is what is meant',
  ])
  assert.deepEqual(await warningsFor('{contains: x, weight: 0}'), [
    'counts for nothing: its weight is 0 and it is no must',
  ])
})

test('checks that can fail are not', async () => {
  const checks = [
    '{matches: "^$"}',
    '{matches: "^.+$"}',
    '{notMatches: "as an AI"}',
    '{minWords: 1}',
    '{contains: x, weight: 0, must: true}',
    '{jsonSchema: {type: object}}',
    '{json: true}',
    '{matches: "^{{email}}"}',
    '{expression: "size(output) < 900"}',
    '{expression: "json.a > 1"}',
    '{similarity: {to: x, metric: levenshtein, maxDistance: 0}}',
    '{containsJson: true}',
    '{notRefusal: true}',
  ]
  for (const check of checks) assert.deepEqual(await warningsFor(check), [], check)
})

test('a text that is empty is an error: it is in every output', async () => {
  assert.match(
    (await faultsOf(good({ [file]: goodPrompt.replace('{maxWords: 180}', '{contains: ""}') })))[0] ?? '',
    /checks\.0\.contains: must not be empty/,
  )
})

test('checks of the mere shape are not enough', async () => {
  const shape = goodPrompt.slice(0, goodPrompt.indexOf('rubric:'))
  const warning = `warning ${file}:1:1: only the shape of the output is checked; an answer that is well formed and wrong passes. Add a rubric, or checks with {{expected}}`
  assert.deepEqual(await faultsOf(good({ [file]: shape })), [warning])
  const cases = '{"id":"a","vars":{"email":"1"},"tags":["x"],"checks":[{"contains":"Friday"}]}'
  assert.deepEqual(await faultsOf(good({ [file]: shape, 'evals/summary.jsonl': cases })), [])
  const compared = shape.replace('{maxWords: 180}', '{notContains: "{{email}}"}')
  assert.deepEqual(await faultsOf(good({ [file]: compared })), [])
})

test('a prompt without cases is a warning', async () => {
  assert.deepEqual(await faultsOf(good({ [file]: goodPrompt.replace(/suites:.*\n/, '') })), [
    `warning ${file}:1:1: has no cases, so no change of it can be judged; add "suites" or "testData"`,
  ])
})

test('model ids that the provider may move are told from fixed ones', () => {
  const pinned = {
    anthropic: [
      'claude-haiku-4-5-20251001',
      'claude-3-5-sonnet-20241022',
      'claude-opus-4-6',
      'claude-sonnet-4-6',
      'claude-opus-5',
      'claude-haiku-4-5@20251001',
    ],
    openai: [
      'gpt-4.1-2025-04-14',
      'gpt-4o-mini-2024-07-18',
      'gpt-4-0613',
      'gpt-3.5-turbo-0125',
      'gpt-4-1106-preview',
      'ft:gpt-4o-mini-2024-07-18:acme::abc',
      'text-embedding-3-small',
    ],
    google: [
      'gemini-2.0-flash-001',
      'gemini-2.5-flash',
      'gemini-2.5-pro',
      'gemini-2.5-flash-preview-05-20',
      'gemini-2.5-flash-preview-09-2025',
      'gemini-2.0-pro-exp-02-05',
    ],
    replay: ['gpt-4o', 'latest'],
    'openai-compatible': ['llama3:latest', 'gpt-4o'],
  } as const
  const moving = {
    anthropic: [
      'claude-sonnet-4-5',
      'claude-sonnet-4-0',
      'claude-opus-4',
      'claude-3-5-sonnet-latest',
      'claude-3-opus',
      'opus',
    ],
    openai: ['gpt-4o', 'gpt-4.1', 'gpt-5', 'gpt-5.1', 'o3', 'o3-mini', 'chatgpt-4o-latest', 'gpt-3.5-turbo'],
    google: [
      'gemini-flash-latest',
      'gemini-2.0-flash',
      'gemini-1.5-pro',
      'gemini-2.0-flash-exp',
      'gemini-3.1-pro-preview',
    ],
  } as const
  for (const [kind, models] of Object.entries(pinned)) {
    for (const model of models)
      assert.equal(pinnedForm(kind as keyof typeof pinned, model), undefined, `${kind} ${model}`)
  }
  for (const [kind, models] of Object.entries(moving)) {
    for (const model of models) assert.ok(pinnedForm(kind as keyof typeof moving, model), `${kind} ${model}`)
  }
})

test('an id that moves is a warning for the prompt and for the judge', async () => {
  const faults = await faultsOf({
    ...good({ [file]: goodPrompt.replace('anthropic:claude-haiku-4-5-20251001', 'openai/gpt-4o') }),
    'sluice.yaml': 'judge: {model: google/gemini-flash-latest}\n',
  })
  assert.deepEqual(faults, [
    `warning ${file}:3:8: model: "gpt-4o" is not pinned: the provider may change the model behind it; give the id with its date, e.g. gpt-5.4-mini-2026-03-17`,
    'warning sluice.yaml:1:16: judge.model: "gemini-flash-latest" is not pinned: the provider may change the model behind it; name the version, e.g. gemini-3.5-flash',
  ])
})
