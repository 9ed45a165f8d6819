import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOrigin } from '../../../src/control/incident/origin.ts'
import { readFailures } from '../../../src/control/incident/read-failures.ts'
import { memoryFiles } from '../../support/memory-files.ts'

const read = (file: string, text: string, variables = ['email']) =>
  readFailures(memoryFiles({ [file]: text }), file, variables)

test('JSON Lines, a JSON list and one document are read alike', async () => {
  const row = { input: { email: 'Hi' }, output: 'Bad', expected: 'Good', score: 0.2, source: { incident: 'INC-1' } }
  const failure = { vars: { email: 'Hi' }, output: 'Bad', expected: 'Good', score: 0.2, source: { incident: 'INC-1' } }
  const whole = { ...failure, way: {}, failed: [], mustFailed: false }
  assert.deepEqual(await read('a.jsonl', `${JSON.stringify(row)}\n\n${JSON.stringify(row)}\n`), [whole, whole])
  assert.deepEqual(await read('a.json', JSON.stringify([row])), [whole])
  assert.deepEqual(await read('a.json', JSON.stringify(row)), [whole])
})

test('a text is the only variable; without any word on its source the line is named', async () => {
  const [one] = await read('a.jsonl', '{"input":"Hi"}')
  assert.deepEqual([one?.vars, one?.output, one?.source], [{ email: 'Hi' }, null, { incident: 'a.jsonl:1' }])
  await assert.rejects(read('a.jsonl', '{"input":"Hi"}', ['a', 'b']), /a\.jsonl:1:1: input: .*2.*\{a, b\}/)
})

test('a stored content of the control plane is a row as it is', async () => {
  const judgement = {
    items: [
      { id: 'actions', verdict: 'no', must: true },
      { id: 'tone', verdict: 'yes' },
    ],
  }
  const place = { id: 'o-1', feature: 'mail', version: 'c84f5641b4d1', rolloutId: 'r-1', unit: null }
  const content = { ...place, input: { email: 'Hi' }, output: 'Bad', judgement, score: 0, storedAt: 1, expiresAt: 2 }
  const [one] = await read('a.json', JSON.stringify(content))
  assert.deepEqual(one?.source, { outcome: 'o-1', rollout: 'r-1', version: 'c84f5641b4d1' })
  assert.deepEqual([one?.failed, one?.mustFailed, one?.score], [['actions'], true, 0])
})

test('every fault is named at its place', async () => {
  const text = '{"input":"a","vars":{}}\n{"output":"x"}\n{"input":"a","scor":1}\n{"input":"a","score":2}\nnot json\n'
  const fault = await read('a.jsonl', text).then(
    () => assert.fail('was read'),
    (error: Error) => error.message,
  )
  for (const part of [
    /a\.jsonl:1:1: needs either/,
    /a\.jsonl:2:1: needs/,
    /3:14: scor: unknown key .*"score"/,
    /4:\d+: score/,
    /5:1: not JSON/,
  ])
    assert.match(fault, part)
})

test('an origin is a kind and a name', () => {
  assert.deepEqual(parseOrigin('outcome:o:1'), { kind: 'outcome', id: 'o:1' })
  assert.deepEqual(parseOrigin('file:a/b.json'), { kind: 'file', file: 'a/b.json' })
  for (const text of ['o-1', 'outcome:', 'night:1']) assert.throws(() => parseOrigin(text), /expected outcome:<id>/)
})
