import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measuredTraffic } from '../../../src/control/plan/measured-traffic.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { request } from '../../support/controller/stage.ts'
import { start } from '../../support/store-samples.ts'

const hour = 3_600_000

test('traffic is what the log holds of the last seven days, of this feature alone', async () => {
  const store = memoryStore()
  const now = start + 9 * 24 * hour
  const at = (hours: number, id: string, more = {}) =>
    request(id, { receivedAt: start + hours * hour, unit: `user ${Number(id) % 50}`, ...more })
  await store.append(Array.from({ length: 100 }, (_, i) => at(i / 100, `${i}`)))
  await store.append(Array.from({ length: 168 }, (_, i) => at(48 + i, `${1000 + i}`, { error: i < 42 ? 'x' : null })))
  await store.append(Array.from({ length: 90 }, (_, i) => at(100, `${2000 + i}`, { feature: 'other' })))
  const found = await measuredTraffic(store, 'mail', now)
  assert.ok(found)
  assert.ok(Math.abs(found.requestsPerDay - 24) < 0.2, String(found.requestsPerDay))
  assert.deepEqual([found.users, found.errorRate, found.deviation, found.judgeUsd], [50, 0.25, null, null])
  assert.ok(Math.abs((found.usersPerDay ?? 0) - 24) < 1)
})

test('too little is unknown, not a small number', async () => {
  const store = memoryStore()
  assert.equal(await measuredTraffic(store, 'mail', start), null)
  await store.append(Array.from({ length: 50 }, (_, i) => request(`${i}`, { receivedAt: start })))
  assert.equal(await measuredTraffic(store, 'mail', start + hour / 2), null, 'half an hour is no day')
})
