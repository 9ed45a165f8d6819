import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Parsed, runImport } from './import-run.ts'

const sample = (input: unknown, ideal: unknown, more = {}) => JSON.stringify({ input, ideal, ...more })
const chat = (text: string) => [
  { role: 'system', content: 'Answer briefly.' },
  { role: 'user', content: text },
]

const registry = {
  'evals/sums.yaml': `
sums: {id: sums.dev.v0, metrics: [accuracy], description: Sums}
sums.dev.v0:
  class: evals.elsuite.basic.match:Match
  args: {samples_jsonl: sums/samples.jsonl, num_few_shot: 2}
words.dev.v0:
  class: evals.elsuite.basic.includes:Includes
  args: {samples_jsonl: sums/samples.jsonl, ignore_case: true}
fuzzy.dev.v0: {class: "evals.elsuite.basic.fuzzy_match:FuzzyMatch", args: {samples_jsonl: sums/samples.jsonl}}
json.dev.v0: {class: "evals.elsuite.basic.json_match:JsonMatch", args: {samples_jsonl: json.jsonl}}
judged.dev.v0:
  class: evals.elsuite.modelgraded.classify:ModelBasedClassify
  args: {samples_jsonl: sums/samples.jsonl, modelgraded_spec: closedqa, eval_type: cot_classify, modelgraded_spec_args: {criteria: is it right}}
fact.dev.v0:
  class: evals.elsuite.modelgraded.classify:ModelBasedClassify
  args: {samples_jsonl: sums/samples.jsonl, modelgraded_spec: fact}
own.dev.v0: {class: "evals.elsuite.own:Own", args: {samples_jsonl: sums/samples.jsonl}}
meta.dev.v0:
  class: evals.elsuite.modelgraded.classify:ModelBasedClassify
  args: {samples_jsonl: sums/samples.jsonl, modelgraded_spec: fact, metaeval: true}
gone.dev.v0: {class: "evals.elsuite.basic.match:Match", args: {samples_jsonl: gone.jsonl}}
`,
  'data/sums/samples.jsonl': [
    sample(chat('2+2='), ['4', 'four (4)']),
    sample(chat('3+3='), '6', { level: 'easy' }),
  ].join('\n'),
  'data/json.jsonl': sample('As JSON', '{"a": [1]}'),
  'modelgraded/closedqa.yaml':
    'closedqa:\n  prompt: "[Task]: {input} [Right]: {ideal} [Criterion]: {criteria} {{x}} [Submission]: {completion}"\n  choice_strings: "YN"\n  choice_scores: {"Y": 1.0, "N": 0.0}\n  input_outputs: {input: completion}\n',
  'modelgraded/fact.yaml': 'prompt: "{input} {ideal} {completion}"\nchoice_strings: ABCDE\n',
}

test('a registry: each class is the check that it was, and its samples are cases', async () => {
  const { written, fidelity, stderr, document } = await runImport('openai-evals', registry, { from: '.' })
  assert.equal(stderr, '')
  assert.deepEqual(
    document.features.map(({ feature }: Parsed) => feature),
    ['sums', 'words.dev.v0', 'fuzzy.dev.v0', 'json.dev.v0', 'judged.dev.v0', 'fact.dev.v0'],
  )
  assert.deepEqual(written('prompts/sums.prompt.yml').messages, [
    { role: 'system', content: 'Answer briefly.' },
    { role: 'user', content: '{{input}}' },
  ])
  const [first, second] = written('evals/sums.yaml')
  assert.deepEqual([first.vars, first.expected], [{ input: '2+2=' }, '4\nor: four (4)'])
  assert.deepEqual(first.checks, [{ matches: String.raw`^(?:4|four \(4\))`, caseSensitive: true }])
  assert.deepEqual(
    [second.checks, second.source],
    [[{ matches: '^(?:6)', caseSensitive: true }], { vars: { level: 'easy' } }],
  )
  assert.deepEqual(written('evals/words.dev.v0.yaml')[0].checks, [{ containsAny: ['4', 'four (4)'] }])
  assert.deepEqual(written('evals/json.dev.v0.yaml')[0].checks, [{ jsonPath: { path: '$', equals: { a: [1] } } }])
  const { evaluators } = written('prompts/judged.dev.v0.prompt.yml')
  assert.deepEqual(evaluators, [
    {
      name: 'closedqa',
      llm: {
        prompt: '[Task]: {{input}} [Right]: {{expected}} [Criterion]: is it right {x} [Submission]: {{completion}}',
        choices: [
          { choice: 'Y', score: 1 },
          { choice: 'N', score: 0 },
        ],
      },
    },
  ])
  assert.equal(written('prompts/fact.dev.v0.prompt.yml').rubric[0].id, 'agrees-with-reference')
  for (const expected of [
    'dropped args.num_few_shot: examples are not added to the prompt; write them as messages',
    'dropped evals.elsuite.own:Own: evals.elsuite.own:Own is code, which is not run here; write it as a check of type command or module',
    'dropped modelgraded fact: its choices have no scores, so that nothing says what is good',
    'dropped description: write it into the prompt file',
  ])
    assert.ok(fidelity.includes(expected), `${expected} in\n${fidelity.join('\n')}`)
  assert.ok(fidelity.some((line) => line.startsWith('approximated FuzzyMatch')))
  assert.ok(fidelity.some((line) => line.includes('gone.jsonl: there is no such file')))
  assert.ok(fidelity.some((line) => line.includes('a test of the judge')))
})

test('a file of a registry needs --root for the samples beside its folder', async () => {
  const refused = await runImport('openai-evals', registry)
  assert.match(refused.stderr, /holds no eval that can be imported.*lies outside of .* allow its folder with --root/s)
  const allowed = await runImport('openai-evals', registry, { flags: ['--root', '.'] })
  assert.deepEqual([allowed.code, allowed.document.features.length], [0, 6])
})

test('samples without a registry are cases that the judge compares with the ideal', async () => {
  const { written } = await runImport('openai-evals', { 's.jsonl': sample('2+2=', ['4', 'four']) })
  assert.deepEqual(
    [written('evals/s.yaml')[0].vars, written('evals/s.yaml')[0].expected],
    [{ input: '2+2=' }, '4\nor: four'],
  )
})
