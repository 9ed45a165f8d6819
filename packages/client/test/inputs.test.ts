import assert from 'node:assert/strict'
import { test } from 'node:test'
import vectors from '../input-vectors.json' with { type: 'json' }
import { InvalidVariableError, inputFaults, type PromptInput, UnknownVariableError } from '../src/index.ts'
import { fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot, version } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

test('variables are held to the inputs of their version, as the vectors say', () => {
  assert.ok(vectors.vectors.length >= 25)
  for (const { inputs, vars, faults } of vectors.vectors) {
    const found = inputFaults(inputs as unknown as Record<string, PromptInput>, vars)
    assert.deepEqual(
      found.map(({ variable, fault }) => `${variable}: ${fault}`),
      faults,
      JSON.stringify({ inputs, vars }),
    )
  }
})

test('values that JSON has not: a number that is not finite is null, a bigint a whole number, undefined is missing', () => {
  const faultOf = (type: 'number' | 'integer' | 'string', value: unknown) =>
    inputFaults({ x: { type, required: true } }, { x: value })[0]?.fault
  assert.equal(faultOf('number', Number.NaN), 'expected number, not null')
  assert.equal(faultOf('integer', 10n ** 30n), undefined)
  assert.equal(faultOf('string', undefined), 'missing')
  assert.equal(
    faultOf('string', () => 'x'),
    'expected string, not function',
  )
})

test('a prompt with inputs is not rendered with another value, which the error does not show; one without them is as before', async () => {
  const typed = { ...version('a'), inputs: { email: { type: 'string' as const, required: true } } }
  const plane = fakePlane(snapshot(1, featureWith(undefined, { versions: { a: typed } })))
  await using started = await startClient(plane)
  const { prompt } = started.client.route('mail', 'ann')
  assert.equal(prompt?.render({ email: 'hello' })[0]?.content, 'a: hello')
  const refused = (error: unknown) => {
    assert.ok(error instanceof InvalidVariableError)
    assert.deepEqual([error.variable, error.message], ['email', '{{email}}: expected string, not array'])
    return true
  }
  assert.throws(() => prompt?.render({ email: ['secret'] }), refused)
  assert.throws(() => prompt?.render({}), InvalidVariableError)
  const untyped = fakePlane(snapshot(1, featureWith()))
  await using other = await startClient(untyped)
  const plain = other.client.route('mail', 'ann').prompt
  assert.equal(plain?.render({ email: ['secret'] })[0]?.content, 'a: ["secret"]')
  assert.throws(() => plain?.render({}), UnknownVariableError)
})
