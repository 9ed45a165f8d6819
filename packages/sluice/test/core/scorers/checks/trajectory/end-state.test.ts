import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../../../src/core/trajectory/read-trace.ts'
import { judged } from './reports.ts'

const ended = (state: unknown) => readTrace({ state })

test('the end state is looked at as jsonPath looks at the output', async () => {
  const trace = ended({ orders: [{ id: 1, status: 'Refunded' }], total: 40 })
  const check = async (value: object, more = {}) => (await judged({ state: value, ...more }, trace)).score
  assert.equal(await check({ path: '$.orders[0].status', equals: 'refunded' }), 1)
  assert.equal(await check({ path: '$.orders[0].status', equals: 'refunded' }, { caseSensitive: true }), 0)
  assert.equal(await check({ path: '$.total', equals: 40 }), 1)
  assert.equal(await check({ path: '$.orders[*].id', matches: '^\\d$' }), 1)
  assert.equal(await check({ path: '$.error', exists: false }), 1)
  assert.deepEqual(await judged({ state: { path: '$.total', equals: 50 } }, trace), {
    score: 0,
    reason: '$.total holds "40"',
  })
  assert.equal((await judged({ state: { path: '$', equals: null } }, ended(null))).score, 1)
})

test('a state that was not reported is no result', async () => {
  const absent = judged({ state: { path: '$.error', exists: false } }, readTrace({ toolCalls: [] }))
  await assert.rejects(absent, { name: 'CheckError', message: /has no end state.*\{"output": \.\.\., "state"/ })
  await assert.rejects(judged({ state: { path: '$.a', exists: true } }, undefined), { name: 'CheckError' })
})

test('numbers whose digits were lost, and states nested too deeply, are errors', async () => {
  const long = ended(JSON.parse('{"id": 12345678901234567891}'))
  const check = { state: { path: '$.id', equals: 12345678901234567000 } }
  await assert.rejects(judged(check, long), { name: 'CheckError', message: /more digits than are kept/ })
  const nested = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  const asked = { state: { path: '$.a', exists: false } }
  await assert.rejects(judged(asked, { endState: nested }), { name: 'CheckError', message: /nested too deeply/ })
  const unread = { name: 'CheckError', message: /has no end state.*; what was reported cannot be read: "state: / }
  await assert.rejects(judged(asked, ended(nested)), unread)
})
