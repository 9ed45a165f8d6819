import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSchema } from '../../../../src/core/suite/checks/check-entry.ts'
import { contradictions } from '../../../../src/core/suite/checks/contradictions.ts'
import { faultsOf, good, goodPrompt } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const suite = 'evals/summary.jsonl'
const withTarget = goodPrompt.replace('checks:', 'target: {command: cat}\nchecks:')
const withChecks = (checks: string, prompt = withTarget) => prompt.replace('{maxWords: 180}', checks)

function reasons(...checks: object[]): string[] {
  return contradictions(checks.map((check) => checkSchema.parse(check))).map(({ message }) => message)
}

test('checks that no trajectory meets together are found, whichever stands first', () => {
  const order = { toolOrder: { steps: ['a', 'b', 'a'] } }
  for (const [one, other, reason] of [
    [{ toolCalled: 'a' }, { noToolCalled: 'a' }, 'a must be called and must not be'],
    [{ toolCalled: 'a' }, { noToolCalled: true }, 'a must be called and must not be'],
    [{ toolCalled: 'a' }, { onlyTools: ['b'] }, 'a must be called and must not be'],
    [{ toolCalled: 'a' }, { toolCalled: { name: 'a', max: 0 } }, 'a must be called and must not be'],
    [order, { onlyTools: ['a'] }, 'b must be called and must not be'],
    [order, { noToolCalled: ['c', 'b'] }, 'b must be called and must not be'],
    [order, { toolCalled: { name: 'a', max: 1 } }, 'a must be called 2 times and at most 1'],
    [order, { maxSteps: 2 }, '3 calls one after the other take more than 2 steps'],
  ] as const) {
    for (const pair of [[one, other] as const, [other, one] as const]) {
      const { name } = checkSchema.parse(pair[0])
      assert.deepEqual(reasons(...pair), [`contradicts the check ${name}: ${reason}`])
    }
  }
})

test('checks that go together are not', () => {
  const order = { toolOrder: { steps: ['a', ['b', 'c']] } }
  assert.deepEqual(reasons(order, { onlyTools: ['a', 'b', 'c'] }, { maxSteps: 2 }, { noToolCalled: 'A' }), [])
  assert.deepEqual(reasons({ toolOrder: { steps: ['a', 'b'], mode: 'anyOrder' } }, { maxSteps: 1 }), [])
  assert.deepEqual(reasons({ toolCalled: { name: 'a', min: 0, max: 2 } }, { noToolCalled: 'a' }), [])
  assert.deepEqual(reasons({ toolCalled: 'a' }, { toolCalled: { name: 'a', args: { b: 1 }, max: 0 } }), [])
})

test('the check of files warns of them: in a prompt, between prompt and case, within an alternative', async () => {
  const prompt = withChecks('{toolCalled: refund}\n  - {noToolCalled: [refund]}')
  assert.deepEqual(await faultsOf(good({ [file]: prompt })), [
    `warning ${file}:11:5: checks.1: contradicts the check toolCalled {"name":"refund"}: refund must be called and must not be`,
  ])
  const cases = '{"id":"a","vars":{"email":"1"},"tags":["x"],"checks":[{"maxWords":9},{"onlyTools":["look_up"]}]}'
  assert.deepEqual(await faultsOf(good({ [file]: withChecks('{toolCalled: refund}'), [suite]: cases })), [
    `warning ${suite}:1:70: checks.1: contradicts the check toolCalled {"name":"refund"}: refund must be called and must not be`,
  ])
  const alternatives = withChecks('{oneOf: [[{contains: a}], [{toolCalled: b}, {noToolCalled: true}]]}')
  assert.deepEqual(await faultsOf(good({ [file]: alternatives })), [
    `warning ${file}:10:49: checks.0.oneOf.1.1: contradicts the check toolCalled {"name":"b"}: b must be called and must not be`,
  ])
})

test('what cannot fail is a warning, within alternatives too', async () => {
  const warnings = async (checks: string) =>
    (await faultsOf(good({ [file]: withChecks(checks) }))).map((fault) => fault.replace(/^warning [^:]+:\d+:\d+: /, ''))
  assert.deepEqual(await warnings('{toolCalled: {name: a, min: 0}}'), [
    'checks.0: cannot fail: no call of the tool is enough for min: 0, and there is no max',
  ])
  assert.deepEqual(await warnings('{oneOf: [[{contains: a}], [{minWords: 0}]]}'), [
    'checks.0: cannot fail: alternative 2 always holds',
    'checks.0.oneOf.1.0: cannot fail: every output has 0 words or more',
  ])
})

test('checks of what was done are warned of where nothing reports it', async () => {
  const check = '{toolCalled: refund}'
  const unseen = `nothing reports what toolCalled {"name":"refund"} looks at, so no case is ever scored by it; give the prompt a "target" that reports it`
  assert.deepEqual(await faultsOf(good({ [file]: withChecks(check, goodPrompt) })), [
    `warning ${file}:9:5: checks.0: ${unseen}`,
  ])
  const cases =
    '{"id":"a","vars":{"email":"1"},"tags":["x"],"checks":[{"oneOf":[[{"contains":"a"}],[{"toolCalled":"refund"}]]}]}'
  assert.deepEqual(await faultsOf(good({ [suite]: cases })), [`warning ${suite}:1:85: checks.0.oneOf.1.0: ${unseen}`])
  assert.deepEqual(await faultsOf(good({ [file]: withChecks(check) })), [])
  const recorded = withChecks(check, goodPrompt).replace('anthropic:claude-haiku-4-5-20251001', 'recorded:small')
  const config = 'providers: {recorded: {kind: replay, files: r.jsonl}}\n'
  const recordings = '{"case":"a","model":"small","output":"x"}\n'
  assert.deepEqual(await faultsOf(good({ [file]: recorded, 'sluice.yaml': config, 'r.jsonl': recordings })), [])
})

test('variables and own code within alternatives are those of the check', async () => {
  const faults = await faultsOf(
    good({
      [file]: withChecks('{oneOf: [[{toolCalled: {name: a, args: {b: "{{emial}}"}}}], [{module: ../none.ts}]]}'),
    }),
  )
  assert.deepEqual(
    faults.map((fault) => fault.replace(/^[^:]+:\d+:\d+: /, '')),
    [
      'unknown variable {{emial}}: no case sets it; did you mean "email"?',
      'checks.0.oneOf.1.0.module: there is no file none.ts',
    ],
  )
})
