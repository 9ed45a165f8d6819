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
  assert.deepEqual([found.byHour, found.lastDay], [null, 24], 'too few requests to tell the hours apart')
  assert.ok(Math.abs((found.usersPerDay ?? 0) - 24) < 1)
})

test('how the hours of the day differ, and the last day from the others, is told where it can be', async () => {
  const store = memoryStore()
  const day = Math.ceil(start / (24 * hour)) * 24 * hour
  const entries = Array.from({ length: 72 }, (_, i) => (i % 24 === 9 ? 60 : 20) * (i < 48 ? 1 : 2)).flatMap(
    (count, i) =>
      Array.from({ length: count }, (_, j) => request(`${i} ${j}`, { receivedAt: day + (i + j / count) * hour })),
  )
  await store.append(entries)
  const found = await measuredTraffic(store, 'mail', day + 72 * hour)
  assert.ok(found?.byHour)
  assert.ok(Math.abs((found.byHour[9] ?? 0) / (found.byHour[10] ?? 1) - 3) < 1e-9)
  assert.ok(Math.abs(found.byHour.reduce((sum, one) => sum + one, 0) / 24 - 1) < 1e-9)
  assert.equal(found.lastDay, 1040)
})

test('too little is unknown, not a small number', async () => {
  const store = memoryStore()
  assert.equal(await measuredTraffic(store, 'mail', start), null)
  await store.append(Array.from({ length: 50 }, (_, i) => request(`${i}`, { receivedAt: start })))
  assert.equal(await measuredTraffic(store, 'mail', start + hour / 2), null, 'half an hour is no day')
})
