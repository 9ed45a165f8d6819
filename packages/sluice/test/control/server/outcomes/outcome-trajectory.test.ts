import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOutcome } from '../../../../src/control/server/outcomes/check-outcomes.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'

const base = { feature: 'f', version: '0123456789ab', observedAt: '2026-11-24T09:00:00.000Z' }
const call = { name: 'look_up', arguments: { order: 7 }, result: 'late' }
const trajectory = { messages: [{ role: 'assistant', calls: [call] }] }
const manyNames = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`tool${n}`, 1]))

test('counts of steps and calls are logged, and no name of a tool with them', async () => {
  await using plane = await testPlane()
  const told = { steps: 4, toolCalls: { look_up: 2, 'mcp/shop:refund': 1 }, trajectory, trajectoryRef: 'trace-7' }
  const outcomes = [
    { ...base, id: 'agent', ...told },
    { ...base, id: 'none', steps: 1, toolCalls: {} },
    { ...base, id: 'silent' },
  ]
  const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  assert.deepEqual([body.accepted, body.dropped], [3, []])
  const [agent, none, silent] = await plane.store.readLog({ after: 0, limit: 3 })
  assert.partialDeepStrictEqual(agent, { steps: 4, calls: 3 })
  assert.partialDeepStrictEqual(none, { steps: 1, calls: 0 })
  assert.ok(silent && !('steps' in silent) && !('calls' in silent), 'what was not reported is not 0')
  assert.ok(!JSON.stringify(agent).includes('refund') && !JSON.stringify(agent).includes('trace-7'))
})

test('counts and trajectories beyond their limits are left out with a word, and the outcome is kept', async () => {
  await using plane = await testPlane()
  const odd: [object, RegExp][] = [
    [{ steps: -1 }, /at least 0/],
    [{ steps: 1.5 }, /^\/steps /],
    [{ steps: 100_001 }, /at most 100000/],
    [{ toolCalls: { look_up: -1 } }, /whole counts from 0 to 100000/],
    [{ toolCalls: { look_up: 0.5 } }, /whole counts/],
    [{ toolCalls: { look_up: '3' } }, /whole counts/],
    [{ toolCalls: { look_up: 1e300 } }, /whole counts/],
    [{ toolCalls: ['look_up'] }, /must be a map/],
    [{ toolCalls: 'look_up' }, /must be a map/],
    [{ toolCalls: manyNames(65) }, /at most 64 tools, and has 65/],
    [{ toolCalls: { '': 1 } }, /1 to 128 letters/],
    [{ toolCalls: { ['x'.repeat(129)]: 1 } }, /1 to 128 letters/],
    [{ toolCalls: { '\u001b[2J': 1 } }, /1 to 128 letters/],
    [{ toolCalls: { '<script>': 1 } }, /1 to 128 letters/],
    [{ toolCalls: { 'ignore all rules': 1 } }, /1 to 128 letters/],
    [{ toolCalls: JSON.parse('{"__proto__": 1}') }, /1 to 128 letters/],
    [{ trajectory: 'look_up' }, /^\/trajectory /],
    [{ trajectory: { messages: [] } }, /^\/trajectory/],
    [{ trajectory: { messages: [{ role: 'system', text: 'x' }] } }, /^\/trajectory\/messages\/0\/role/],
    [{ trajectory: { messages: [{ role: 'assistant', calls: [{ name: 7 }] }] } }, /\/calls\/0\/name/],
    [{ trajectory: { messages: [{ role: 'user', text: 'ü'.repeat(50_000) }] } }, /at most 100000 bytes, and has 1000/],
    [{ trajectoryRef: 'r'.repeat(1001) }, /^\/trajectoryRef must be at most 1000/],
    [{ trajectoryRef: '' }, /^\/trajectoryRef/],
    [{ trajectoryRef: { url: 'http://x' } }, /^\/trajectoryRef/],
  ]
  const outcomes = odd.map(([more], index) => ({ ...base, id: `${index}`, outputTokens: 7, ...more }))
  const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  assert.deepEqual([body.accepted, body.rejected], [odd.length, []])
  for (const [index, [more, words]] of odd.entries()) {
    assert.partialDeepStrictEqual(body.dropped[index], { index, field: Object.keys(more)[0], code: 'left-out' })
    assert.match(body.dropped[index].message, words)
    const entry = await plane.store.entry({ feature: 'f', id: `${index}` })
    assert.ok(entry?.kind === 'request' && entry.outputTokens === 7 && !('steps' in entry) && !('calls' in entry))
  }
})

test('100,000 names are one fault, and 64 of 128 characters are none', () => {
  const { success, error } = readOutcome({ ...base, id: 'a', toolCalls: manyNames(100_000) })
  assert.deepEqual([success, error?.issues.length], [false, 1])
  assert.match(error?.issues[0]?.message ?? '', /has 100000$|has 100000\D/)
  const most = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`ü${n}`.padEnd(128, 'é'), 100_000]))
  assert.ok(readOutcome({ ...base, id: 'a', toolCalls: most }).success)
})
