import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { acknowledge, launched, settled } from '../../../support/control-plane/launched.ts'

test('a process is counted before it is given anything, even if it never acknowledges', async () => {
  await using plane = await launched()
  const header = (process: string, name: string) => ({
    'sluice-instance': `${process} 60000 ${encodeURIComponent(name)}`,
  })
  const stream = await plane.plane.fetch(
    plane.request('GET /v1/stream', { as: 'client', headers: header('p1', 'höst 1') }),
  )
  await plane.ask('GET /v1/snapshot', { as: 'client', headers: header('p2', 'host-2') })
  for (const odd of ['p3', 'p3 x host', 'p3 60000 %', `p3 60000 ${'x'.repeat(201)}`, 'p3 60000 a%00'])
    await plane.ask('GET /v1/snapshot', { as: 'client', headers: { 'sluice-instance': odd } })
  plane.clock.advance(40_000)
  const body = { version: plane.next, reason: 'better', waitMs: 500 }
  const { applied } = (await settled(plane, plane.ask('PUT /v1/features/f/active', { as: 'operator', body }))).body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [2, 0, ['host-2', 'höst 1']])
  await stream.body?.cancel()
})

test('a process that could not be counted is given no proof of freshness', async () => {
  const store = memoryStore()
  for (const acknowledge of [() => new Promise<number>(() => {}), () => Promise.reject(new Error('disk full'))]) {
    await using plane = await launched({ store: { ...store, acknowledge } })
    const ask = async (path: string, named: object) => {
      const headers = { 'sluice-nonce': 'n1', ...named }
      const asked = plane.plane.fetch(plane.request(`GET ${path}`, { as: 'client', headers }))
      const response = await settled(plane, asked)
      await response.body?.cancel()
      return [response.status, response.headers.get('sluice-nonce')]
    }
    for (const path of ['/v1/snapshot', '/v1/stream']) {
      assert.deepEqual(await ask(path, { 'sluice-instance': 'p1 60000 host' }), [200, null])
      assert.deepEqual(await ask(path, {}), [200, 'n1'])
    }
  }
})

test('whoever may still serve the canary is named, whatever the clock of the machine does', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z')
  const day = 86_400_000
  for (const step of [day, -day]) {
    await using plane = await launched({ store: { ...memoryStore(), now: () => now } })
    const operator = (body: object) => ({ as: 'operator', body })
    await plane.ask('POST /v1/features/f/rollouts', operator({ version: plane.next }))
    await acknowledge(plane, 'fallen-silent', { maxStaleMs: 60_000, stale: true })
    await acknowledge(plane, 'cut-off', { maxStaleMs: 60_000 })
    now += 40_000
    plane.clock.stepBack(-40_000 - step)
    const body = { reason: 'worse', waitMs: 1000 }
    const { applied } = (await plane.ask('POST /v1/features/f/rollback', operator(body))).body
    assert.deepEqual([applied.total, applied.missing], [2, ['cut-off', 'fallen-silent']])
    const [{ silentMs, mayServeUntil }] = applied.silent
    assert.deepEqual([silentMs, mayServeUntil], [40_000, plane.clock.now() + 50_000])
    const { instances } = (await plane.ask('GET /v1/instances', { as: 'operator' })).body
    assert.equal(instances[0].seenAt, plane.clock.now() - 40_000)
  }
})
