import assert from 'node:assert/strict'
import { test } from 'node:test'
import { retryAfterMs } from '../../../../src/core/providers/errors/retry-after.ts'
import { chat, faultServer, inTurn, json } from '../../../support/providers/fault-server.ts'
import { clientOf, failureOf } from '../../../support/providers/model-call.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const busy = { error: { message: 'slow down' } }

test('Retry-After in each of its forms', () => {
  const of = (headers: Record<string, string>, body = '') => retryAfterMs((name) => headers[name], body, now)
  assert.equal(of({ 'retry-after': '7' }), 7000)
  assert.equal(of({ 'retry-after': '0.5' }), 500)
  assert.equal(of({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }), 30_000)
  assert.equal(of({ 'retry-after': 'Wed, 31 Dec 2025 00:00:30 GMT' }), 0)
  assert.equal(of({ 'retry-after-ms': '250', 'retry-after': '1' }), 250)
  assert.equal(of({}, '{"details": [{"retryDelay": "34.5s"}]}'), 34_500)
  assert.equal(of({ 'retry-after': 'soon' }), undefined)
  assert.equal(of({}), undefined)
})

for (const [form, value] of Object.entries({ seconds: '9', 'an HTTP date': 'Thu, 01 Jan 2026 00:00:09 GMT' })) {
  test(`Retry-After as ${form} is waited out exactly`, async () => {
    await using server = await faultServer(inTurn(json(busy, 429, { 'retry-after': value }), chat('Now.')))
    const { complete, slept } = clientOf(server.url)
    assert.equal((await complete()).output, 'Now.')
    assert.deepEqual(slept, [9000])
  })
}

test('Retry-After holds for every call to the provider', async () => {
  await using server = await faultServer(inTurn(json(busy, 529, { 'retry-after': '9' }), chat('Now.')))
  const { complete, slept } = clientOf(server.url, { concurrency: 1 })
  await Promise.all([complete('first'), complete('second')])
  assert.equal(server.requests.length, 3)
  assert.ok(slept.length >= 1 && slept.every((ms) => ms === 9000), String(slept))
})

test('Retry-After of more than five minutes ends the run with the reason', async () => {
  await using server = await faultServer(json(busy, 429, { 'retry-after': '400' }))
  const { complete, slept } = clientOf(server.url)
  const error = await failureOf(complete())
  assert.deepEqual([error.kind, error.fatal, error.retryAfterMs], ['rate-limit', true, 400_000])
  assert.match(error.message, /asks to wait 6 min 40 s, until 2026-01-01 00:06 UTC, longer than the 5 min /)
  assert.deepEqual(slept, [])
  assert.equal(server.requests.length, 1)
})
