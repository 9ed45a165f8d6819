import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zipOf } from '../../support/zip.ts'
import { type Parsed, runImport } from './import-run.ts'

test('samples: targets, choices and metadata; --map names columns as a FieldSpec does', async () => {
  const rows = [
    {
      id: 1,
      question: 'Capital of France?',
      answer: ['Paris', 'paris'],
      metadata: { category: 'geo' },
      sandbox: 'docker',
    },
    { id: 2, question: [{ role: 'user', content: 'Which?' }], answer: 'B', choices: ['red', 'blue'] },
  ]
  const flags = ['--map', 'question=input', '--map', 'answer=target']
  const { written, fidelity, stderr } = await runImport('inspect', { 'd.json': JSON.stringify(rows) }, { flags })
  const [first, second] = written('evals/d.yaml') ?? assert.fail(stderr)
  assert.deepEqual(
    [first.id, first.vars, first.expected, first.tags],
    ['1', { choices: '', input: 'Capital of France?' }, 'Paris\nor: paris', ['geo']],
  )
  assert.ok(fidelity.includes('dropped sandbox: there is no sandbox: the answer alone is scored'))
  assert.deepEqual(second.vars, { choices: 'A) red\nB) blue', input: 'Which?' })
})

const log = {
  version: 2,
  status: 'success',
  eval: {
    task: 'capitals',
    model: 'openai/gpt-4o',
    scorers: [
      { name: 'includes' },
      { name: 'match', options: { location: 'begin' } },
      { name: 'model_graded_qa', options: { instructions: 'x' } },
      { name: 'my/own' },
    ],
  },
  plan: { steps: [{ solver: 'system_message' }, { solver: 'generate' }] },
  results: {},
  samples: [
    {
      id: 'fr',
      epoch: 1,
      input: 'Capital of {{France}}?',
      target: 'Paris.',
      output: { completion: 'Paris.', usage: { input_tokens: 5, output_tokens: 2 } },
      total_time: 1.5,
      scores: {},
    },
    {
      id: 'fr',
      epoch: 2,
      input: 'Capital of {{France}}?',
      target: 'Paris.',
      output: { choices: [{ message: { content: [{ type: 'text', text: 'It is Par' }] }, stop_reason: 'max_tokens' }] },
    },
    { id: 'it', epoch: 1, input: 'Capital of Italy?', target: 'Rome', error: { message: 'timed out' }, novel: 1 },
  ],
}

test('a log: scorers are checks, epochs are repeats, an error is an error', async () => {
  const { written, fidelity, document, stderr } = await runImport('inspect', { 'log.json': JSON.stringify(log) })
  const [first, second] = written('evals/capitals.yaml') ?? assert.fail(stderr)
  assert.deepEqual([first.id, second.id], ['fr', 'it'])
  assert.deepEqual(first.checks, [{ containsAny: ['Paris.'] }, { matches: String.raw`^\s*(?:Paris\.)` }])
  assert.deepEqual(
    first.rubric.map(({ ask }: Parsed) => ask),
    ['Does the output meet this criterion? Paris.'],
  )
  assert.deepEqual(written('recordings/capitals.jsonl'), [
    {
      case: 'fr',
      model: 'openai/gpt-4o',
      repeat: 1,
      output: 'Paris.',
      inputTokens: 5,
      outputTokens: 2,
      latencyMs: 1500,
    },
    { case: 'fr', model: 'openai/gpt-4o', repeat: 2, output: 'It is Par', finishReason: 'length' },
    { case: 'it', model: 'openai/gpt-4o', repeat: 1, error: 'timed out' },
  ])
  for (const said of [
    'dropped my/own: code of the task, which is not run here: write it as a check of type command or module',
    'dropped novel: no field of Inspect that is known here',
  ])
    assert.ok(fidelity.includes(said), `${said} in\n${fidelity.join('\n')}`)
  assert.ok(fidelity.some((said) => said.startsWith('dropped solver system_message: code')))
  assert.deepEqual([document.translated.same, document.translated.dropped], [2, 2])
})

test('a damaged packed log, code, and a log without samples are refused with the way out', async () => {
  for (const [file, text, message] of [
    ['a.eval', 'PK', /a\.eval: it is no ZIP archive, .*convert it with inspect log convert/],
    ['task.py', 'raise', /code, which is never run here/],
    ['log.json', JSON.stringify({ ...log, samples: [] }), /holds no samples/],
    ['cut.json', JSON.stringify(log).slice(0, 100), /cut\.json:1:\d+/],
  ] as const) {
    const { code, stderr } = await runImport('inspect', { [file]: text })
    assert.deepEqual([code, message.test(stderr)], [3, true], stderr)
  }
})

/** Two samples and what the scorers said of them: of the answer to `it` the verdict is wrong. */
const scored = {
  ...log,
  eval: { ...log.eval, scorers: [{ name: 'includes' }, { name: 'match' }, { name: 'f1' }, { name: 'my/own' }] },
  samples: [
    {
      ...{ id: 'fr', epoch: 1, input: 'Capital of France?', target: 'Paris', output: { completion: 'It is Paris' } },
      scores: { includes: { value: 'C' }, match: { value: 'C' }, f1: { value: 0.5 }, 'my/own': { value: 0.4 } },
    },
    {
      ...{ id: 'it', epoch: 1, input: 'Capital of Italy?', target: 'Rome', output: { completion: 'Rome it is' } },
      scores: { includes: { value: 'I' }, match: { value: 'I' }, f1: { value: 0.5 }, 'my/own': { value: 1 } },
    },
    { id: 'es', epoch: 1, input: 'Capital of Spain?', target: 'Madrid', error: { message: 'timed out' }, scores: {} },
  ],
}
const packedOf = (whole: typeof scored) => {
  const { samples, ...header } = whole
  const files = samples.map((sample) => [`samples/${sample.id}_epoch_1.json`, JSON.stringify(sample)] as const)
  return zipOf({ 'header.json': JSON.stringify(header), ...Object.fromEntries(files) })
}

test('--verify scores the kept outputs of a log anew, and lists each verdict that differs; an error is no verdict', async () => {
  const files = { 'log.json': JSON.stringify(scored), 'log.eval': packedOf(scored) }
  const { code, document, stderr } = await runImport('inspect', files, { flags: ['--verify', 'log.json'] })
  const { cases, assertions, findings } = document.verification ?? assert.fail(stderr)
  const said = findings.map(({ name, agreement, before, now }: Parsed) => `${name} ${agreement} ${before} ${now}`)
  assert.deepEqual(
    said.filter((each: string) => / differs /.test(each)),
    ['fr differs false true', 'it: includes differs false true'],
  )
  assert.match(findings.find(({ name }: Parsed) => name === 'fr').reason, /but my\/own: it was dropped/)
  assert.ok(said.includes('es notComparable null null'))
  assert.ok(said.includes('it: my/own notComparable true null'))
  assert.deepEqual([code, cases.all, assertions.all], [1, 3, 12])
  assert.deepEqual([cases.same, assertions.same], [1, 5])
  const packed = await runImport('inspect', files, { from: 'log.eval', flags: ['--verify', 'log.eval'] })
  assert.deepEqual(packed.document.verification, document.verification)
})

test('--verify against another log compares nothing whose target or scorer is another', async () => {
  const [first, ...others] = scored.samples
  const other = { ...scored, samples: [{ ...first, target: 'Lyon' }, ...others] }
  const files = { 'log.json': JSON.stringify(scored), 'other.json': JSON.stringify(other) }
  const { document } = await runImport('inspect', files, { flags: ['--verify', 'other.json'] })
  const { reason, agreement } = document.verification.findings.find(({ name }: Parsed) => name === 'fr')
  assert.deepEqual(
    [agreement, reason],
    ['notComparable', 'the results are of other assertions than the file that was imported'],
  )
  const none = await runImport('inspect', { ...files, 'd.json': '[{"input": "x"}]' }, { flags: ['--verify', 'd.json'] })
  assert.match(none.stderr, /d\.json is no log of Inspect/)
})
