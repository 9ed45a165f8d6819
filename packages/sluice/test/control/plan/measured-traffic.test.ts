import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measuredTraffic } from '../../../src/control/plan/measured-traffic.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { request } from '../../support/controller/stage.ts'
import { start } from '../../support/store/store-samples.ts'

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
  const counts = [20, 20, 20, 20, 20, 20, 20, 20, 20, 60, 20, 20]
  assert.deepEqual(found.hourly.slice(0, 12), counts)
  assert.deepEqual([found.hourly.length, found.hourly[57], found.until], [72, 120, day + 72 * hour])
})

test('hours of three weeks are known, and all else of the last one; what cannot be is no hour', async () => {
  const store = memoryStore()
  const now = start + 30 * 24 * hour
  const at = (hours: number) => now - hours * hour
  const early = Array.from({ length: 24 }, (_, i) => request(`e${i}`, { receivedAt: at(20 * 24 - i), error: 'x' }))
  const late = Array.from({ length: 100 }, (_, i) => request(`l${i}`, { receivedAt: at(100 - i) + 1 }))
  const odd = [request('before', { receivedAt: 5 }), request('after', { receivedAt: now + 5 * hour })]
  await store.append([...early, ...late, ...odd])
  const found = await measuredTraffic(store, 'mail', now)
  assert.ok(found)
  assert.deepEqual([found.hourly.length, found.errorRate], [480, 0])
  assert.deepEqual(
    [found.hourly.slice(0, 25), found.hourly.slice(-100)],
    [[...new Array(24).fill(1), 0], new Array(100).fill(1)],
  )
})

test('too little is unknown, not a small number', async () => {
  const store = memoryStore()
  assert.equal(await measuredTraffic(store, 'mail', start), null)
  await store.append(Array.from({ length: 50 }, (_, i) => request(`${i}`, { receivedAt: start })))
  assert.equal(await measuredTraffic(store, 'mail', start + hour / 2), null, 'half an hour is no day')
})

test('that no request came for a week is known where earlier ones are, however old', async () => {
  const now = start + 60 * 24 * hour
  for (const days of [8, 20, 50]) {
    const store = memoryStore()
    const first = now - days * 24 * hour
    await store.append(Array.from({ length: 200 }, (_, i) => request(`${i}`, { receivedAt: first + (i * hour) / 20 })))
    const found = await measuredTraffic(store, 'mail', now)
    assert.ok(found, `${days} days ago`)
    assert.deepEqual([found.requestsPerDay, found.lastDay, found.users, found.hours], [0, 0, null, 168])
    assert.equal(await measuredTraffic(store, 'other', now), null, 'a feature that never had any')
  }
})

test('of a day or more it is known that there are few requests, and not what they are like', async () => {
  const now = start + 8 * 24 * hour
  const found = async (count: number, hours: number) => {
    const store = memoryStore()
    const at = (i: number) => now - hours * hour + (i * hours * hour) / count
    const entries = Array.from({ length: count }, (_, i) => request(`${i}`, { receivedAt: at(i), unit: `user ${i}` }))
    await store.append(entries)
    return await measuredTraffic(store, 'mail', now)
  }
  const perWeek = [25, 19, 1]
  const known = await Promise.all(perWeek.map((count) => found(count, 168)))
  assert.deepEqual(
    known.map((traffic) => traffic && [Math.round(7 * traffic.requestsPerDay), traffic.users, traffic.usersPerDay]),
    [
      [25, 25, 25 / 7],
      [19, null, null],
      [1, null, null],
    ],
  )
  assert.deepEqual([(await found(3, 24))?.requestsPerDay, await found(19, 23.9)], [3, null])
})

test('of more than can be read, as many of the last days are counted as can', async () => {
  const now = start + 30 * 24 * hour
  const perHour = 1200
  /** A log with a request every three seconds of three weeks, which nobody wrote down. */
  const first = now - 21 * 24 * hour
  const log = {
    readLog: async ({ after, limit }: { after: number; limit: number }) => {
      const length = Math.min(limit, Math.max(0, 21 * 24 * perHour - after))
      return Array.from({ length }, (_, i) => {
        const seq = after + i + 1
        return { ...request(`${seq}`, { receivedAt: first + seq * (hour / perHour) }), seq }
      })
    },
  }
  const found = await measuredTraffic(log, 'mail', now)
  assert.ok(found)
  assert.deepEqual([Math.round(found.hours), found.hourly.length], [48, 48])
  assert.ok(Math.abs(found.requestsPerDay - 24 * perHour) < perHour)
})
