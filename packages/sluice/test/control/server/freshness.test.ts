import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { StoreError } from '../../../src/control/store/store-error.ts'
import { type TestPlane, testPlane } from '../../support/control-plane/control-plane.ts'
import { readEvents } from '../../support/control-plane/event-reader.ts'

/** A store that falls silent: neither answer nor error until it is back, as on a network that swallows everything. */
function silentStore(): { store: Store; silence(silent: boolean): void } {
  const real = memoryStore()
  let back: PromiseWithResolvers<never> | undefined
  const store = new Proxy(real, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      const isRead = ['head', 'features', 'ping', 'acknowledge'].includes(String(name))
      if (typeof member !== 'function' || !isRead) return member
      return (...args: unknown[]) => back?.promise ?? Reflect.apply(member, target, args)
    },
  })
  return {
    store,
    silence(silent) {
      back?.reject(new StoreError('unreachable', 'the connection is lost'))
      back = silent ? Promise.withResolvers<never>() : undefined
    },
  }
}

async function inCanary(plane: TestPlane): Promise<string> {
  const [good, bad] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: good, reason: 'launch' } })
  const body = { version: bad, settings: { stages: [{ percent: 100, soak: '1h' }] } }
  assert.equal((await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body })).status, 201)
  return good
}

const ack = { instance: 'i', epoch: 'e', revision: 1, hash: 'h' }
const flag = { as: 'client', body: { context: { targetingKey: 'ann' } } }

test('an answer repeats the nonce of its request and says how old the last look at the store is', async () => {
  await using plane = await testPlane()
  const ask = (headers?: Record<string, string>) =>
    plane.ask('GET /v1/snapshot', { as: 'client', ...(headers && { headers }) })
  const { headers } = await ask({ 'sluice-nonce': 'abc-1' })
  assert.deepEqual([headers.get('sluice-nonce'), headers.get('sluice-read-age')], ['abc-1', '0'])
  plane.clock.advance(400)
  assert.equal((await ask()).headers.get('sluice-read-age'), '400')
  assert.equal((await ask({ 'sluice-nonce': 'x'.repeat(101) })).headers.get('sluice-nonce'), null)
  const etag = headers.get('etag') ?? ''
  const unchanged = await ask({ 'sluice-nonce': 'n', 'if-none-match': etag })
  assert.deepEqual([unchanged.status, unchanged.headers.get('sluice-nonce')], [304, 'n'])
  const acknowledged = await plane.ask('POST /v1/acks', { as: 'client', body: ack, headers: { 'sluice-nonce': 'm' } })
  assert.deepEqual([acknowledged.status, acknowledged.headers.get('sluice-nonce')], [200, 'm'])
})

test('a replica whose store falls silent vouches for nothing, denies readiness, and recovers', async () => {
  const { store, silence } = silentStore()
  await using plane = await testPlane({ store })
  const good = await inCanary(plane)
  await using stream = readEvents(await plane.plane.fetch(plane.request('GET /v1/stream', { as: 'client' })))
  await stream.until(1)
  const evaluate = () => plane.ask('POST /ofrep/v1/evaluate/flags/f', flag)
  const ofAll = await plane.ask('POST /ofrep/v1/evaluate/flags', flag)
  assert.equal((await evaluate()).body.reason, 'SPLIT')
  silence(true)
  await plane.pass(5000)
  assert.deepEqual((await plane.ask('GET /readyz')).body.code, 'store-unread')
  await plane.pass(6000)
  const before = stream.text()
  await plane.pass(60_000)
  assert.equal(stream.text(), before)
  for (const [request, body] of [['GET /v1/snapshot'], ['GET /v1/stream'], ['POST /v1/acks', ack]] as const) {
    const { status, body: said } = await plane.ask(request, { as: 'client', ...(body && { body }) })
    assert.deepEqual([status, said.code], [503, 'store-unread'], request)
  }
  const { value, reason } = (await evaluate()).body
  assert.deepEqual([value, reason], [good, 'STALE'])
  const headers = { 'if-none-match': ofAll.headers.get('etag') ?? '' }
  assert.equal((await plane.ask('POST /ofrep/v1/evaluate/flags', { ...flag, headers })).status, 200)
  silence(false)
  await plane.pass(2000)
  assert.equal((await plane.ask('GET /v1/snapshot', { as: 'client' })).status, 200)
  assert.deepEqual([(await evaluate()).body.reason, (await plane.ask('GET /readyz')).status], ['SPLIT', 200])
})

test('readiness is denied at once where the store does not answer the probe', async () => {
  const { store, silence } = silentStore()
  await using plane = await testPlane({ store })
  silence(true)
  const asked = plane.ask('GET /readyz')
  await plane.pass(3000)
  assert.equal((await asked).body.code, 'store-unread')
})

test('a store that went back has a new epoch, which is pushed and pulled', async () => {
  const store = memoryStore()
  const { head, features } = store
  await using plane = await testPlane({ store })
  await inCanary(plane)
  const older = { head: await head(), features: await features() }
  await plane.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'worse' } })
  await using stream = readEvents(await plane.plane.fetch(plane.request('GET /v1/stream', { as: 'client' })))
  const [newest] = await stream.until(1)
  let lost = { ...older }
  store.head = async () => ({ ...lost.head, epoch: (await head()).epoch })
  store.features = async () => lost.features
  await plane.pass(2000)
  const [, pushed] = await stream.until(2)
  assert.notEqual(pushed?.epoch, newest?.epoch)
  assert.deepEqual([pushed?.revision, pushed?.features.f?.rollout?.ppm], [older.head.revision, 1_000_000])
  assert.ok(plane.logged().includes('the store went back'))
  // The same number again, of another change.
  const [state] = lost.features
  assert.ok(state)
  lost = { ...lost, features: [{ ...state, capture: { incumbent: 7, canary: 7 } }] }
  await plane.pass(6000)
  const [, , again] = await stream.until(3)
  assert.deepEqual([again?.revision, again?.features.f?.capture?.canary], [older.head.revision, 7])
  assert.notEqual(again?.epoch, pushed?.epoch)
})

test('what was taken back stays so although the store has lost that', async () => {
  const store = memoryStore()
  await using plane = await testPlane({ store })
  const good = await inCanary(plane)
  const [older] = await store.features()
  assert.ok(older)
  await plane.ask('POST /v1/features/f/rollback', { as: 'operator', body: { reason: 'loses dates' } })
  await using stream = readEvents(await plane.plane.fetch(plane.request('GET /v1/stream', { as: 'client' })))
  await stream.until(1)
  const { commit } = store
  const [audit] = await store.audit('f')
  assert.ok(audit)
  let refusals = 1
  store.commit = (change) => (refusals-- > 0 ? Promise.reject(new StoreError('unreachable', 'away')) : commit(change))
  const { epoch, revision } = await store.head()
  await store.renewEpoch(epoch)
  await commit({ feature: { ...older, revision }, audit })
  await plane.pass(10_000)
  const [, pushed] = await stream.until(2)
  assert.deepEqual([pushed?.features.f?.active, pushed?.features.f?.rollout], [good, undefined])
  const last = (await store.audit('f')).at(-1)
  assert.deepEqual([last?.action, last?.actor], ['rollout.rollBack', 'sluice'])
  assert.match(last?.reason ?? '', /went back to an older state.*loses dates/)
})

test('a token has a bounded number of streams, the others have theirs', async () => {
  await using plane = await testPlane({ settings: { streamsPerToken: 2 } })
  const other = await plane.token('another-token', {})
  const open = async (as: string) => {
    const response = await plane.plane.fetch(plane.request('GET /v1/stream', { as }))
    return Object.assign(readEvents(response), { status: response.status })
  }
  const [first, second, third, others] = [
    await open('client'),
    await open('client'),
    await open('client'),
    await open(other),
  ]
  assert.deepEqual([first.status, second.status, third.status, others.status], [200, 200, 429, 200])
  await first[Symbol.asyncDispose]()
  await using fourth = await open('client')
  assert.equal(fourth.status, 200)
  for (const stream of [second, others]) await stream[Symbol.asyncDispose]()
})
