import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageRoutes } from '../../../src/control/server/pages/page-routes.ts'
import { routes } from '../../../src/control/server/routes.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'
import { acknowledge } from '../../support/control-plane/launched.ts'
import { signedIn, type Visitor } from '../../support/control-plane/visitor.ts'

/**
 * Two replicas with one store. The database of the second has become a standby, which answers every read, maybe with
 * what was, and does not say how new that is. A canary runs, which the first has rolled back ten minutes ago.
 */
async function behindStandby() {
  const real = memoryStore()
  let isStandby = false
  const head = async () => {
    if (isStandby) throw new StoreError('unreachable', 'db.example is a standby, which may lag behind')
    return real.head()
  }
  const first = await testPlane({ store: real })
  const second = await testPlane({ store: { ...real, head }, manual: first.clock })
  const [good, bad] = [await first.publish('f', 'a'), await first.publish('f', 'b')]
  await first.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: good, reason: 'launch' } })
  const { body } = await first.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: bad } })
  await second.pass(5000)
  await acknowledge(first, 'app-1')
  const who = await signedIn(second, 'admin')
  const values: Record<string, string> = { feature: 'f', chain: 'f', version: bad, rollout: body.id }
  const filled = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none')
  return {
    ...{ first, second, who, filled, rollout: body.id as string },
    async fallBehind() {
      isStandby = true
      await first.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'leaks addresses' } })
      await second.pass(590_000)
      await acknowledge(first, 'app-1')
      await second.pass(10_000)
    },
    async recover() {
      isStandby = false
      await second.pass(2000)
    },
    async [Symbol.asyncDispose]() {
      for (const plane of [first, second]) await plane[Symbol.asyncDispose]()
    },
  }
}

/** Not the present state: the guide, and a stream that says nothing while the store cannot be read. */
const standing = ['/help', '/live']

test('no page shows a state that its replica could not read for ten minutes', async () => {
  await using stage = await behindStandby()
  const { who, filled } = stage
  const pages = pageRoutes.filter(({ method, scopes, path }) => method === 'GET' && scopes && !standing.includes(path))
  assert.ok(pages.length > 20)
  assert.match(await who.page('/instances'), /✓/)
  await stage.fallBehind()
  for (const { path } of pages) {
    const response = await who.get(filled(path))
    const text = await response.text()
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '1'], path)
    assert.match(text, /has not read its store since 2026-11-24 09:00:0\dZ, .*Ask another replica: \/readyz/, path)
    assert.doesNotMatch(text, /✓|Running/, path)
  }
  assert.equal((await who.get('/', { 'sluice-part': 'main' })).status, 503)
  for (const path of ['/help', '/healthz']) assert.equal((await who.get(path)).status, 200, path)
  assert.equal((await stage.second.ask('GET /sign-in')).status, 200)
  await stage.recover()
  assert.match(await who.page(`/rollouts/${stage.rollout}`), /Rolled back/)
})

test('no question is answered with a state that its replica could not read for ten minutes', async () => {
  await using stage = await behindStandby()
  const { second, filled } = stage
  await stage.fallBehind()
  const asked = routes.filter(({ method, scopes, path }) => method === 'GET' && scopes && path !== '/metrics')
  assert.ok(asked.length > 10)
  const verdict = { method: 'POST', path: '/v1/rollouts/{rollout}/verdict' }
  for (const { method, path } of [...asked, verdict]) {
    const { status, body } = await second.ask(`${method} ${filled(path)}`, { as: 'admin' })
    assert.deepEqual([status, body.code], [503, 'store-unread'], path)
  }
  const measured = await second.ask('GET /metrics', { as: 'viewer' })
  assert.match(measured.body, /sluice_store_read_age_seconds 60\d/)
  await stage.recover()
  assert.equal((await second.ask('GET /v1/instances', { as: 'viewer' })).status, 200)
})

test('no form acts on such a state: what was written is kept, and nothing was done', async () => {
  await using stage = await behindStandby()
  const { who, filled } = stage
  await stage.fallBehind()
  const rows = (await stage.first.store.audit('f')).length
  const acts = pageRoutes.filter(({ method, scopes, path }) => method === 'POST' && scopes && path !== '/sign-out')
  assert.ok(acts.length > 10)
  const sent = async (path: string, visitor: Visitor, fields: Record<string, string>) => {
    const response = await visitor.send(filled(path), fields)
    const text = await response.text()
    assert.equal(response.status, 503, path)
    assert.match(text, /Nothing was done\.<\/b> This replica has not read its store since/, path)
    return text
  }
  for (const { path } of acts) {
    assert.match(await sent(path, who, { reason: 'loses dates' }), />loses dates<\/textarea>/, path)
    await sent(path, who, {})
  }
  assert.equal((await stage.first.store.audit('f')).length, rows)
  assert.equal((await who.send('/sign-out')).status, 303)
})

test('a machine that slept reads its store before it says that it did not', async () => {
  await using plane = await testPlane()
  const who = await signedIn(plane, 'viewer')
  plane.clock.advance(3_600_000)
  assert.equal((await who.get('/')).status, 200)
  plane.clock.advance(3_600_000)
  assert.equal((await plane.ask('GET /v1/features', { as: 'viewer' })).status, 200)
})
