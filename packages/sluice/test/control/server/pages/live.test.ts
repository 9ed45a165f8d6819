import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { changeToken } from '../../../../src/control/server/access/change-token.ts'
import type { TokenRecord } from '../../../../src/records/token.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { type EventReader, readEvents } from '../../../support/control-plane/event-reader.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { until } from '../../../support/until.ts'

const told = (stream: EventReader) => stream.text().match(/^event: changed$/gm)?.length ?? 0

test('an open page is told of a change, and of nothing that is in it', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  await using stream = readEvents(await ann.get('/live'))
  await until(() => told(stream) === 1, 'the first word')
  const version = await plane.publish('secret-feature', 'a')
  await plane.ask('PUT /v1/features/secret-feature/active', { as: 'operator', body: { version, reason: 'launch' } })
  await until(() => told(stream) > 1, 'word of the change')
  assert.doesNotMatch(stream.text(), /secret|feature/)
  for (const [, data = ''] of stream.text().matchAll(/^data: (.*)$/gm))
    assert.deepEqual(Object.keys(JSON.parse(data)), ['revision', 'at'])
})

test('a stream speaks every ten seconds though nothing happens, and not while the store cannot be read', async () => {
  await using plane = await testPlane()
  await using stream = readEvents(await (await signedIn(plane, 'viewer')).get('/live'))
  await until(() => told(stream) === 1, 'the first word')
  await plane.pass(11_000)
  await until(() => told(stream) === 2, 'word after ten seconds')
  plane.store.head = () => Promise.reject(new Error('gone'))
  await plane.pass(40_000)
  await turn()
  assert.ok(told(stream) <= 3, stream.text())
})

test('while the server is busy, pages follow growing evidence at every fourth look, and changes of state at once', async () => {
  let load = 0
  await using plane = await testPlane({ threadLoad: () => load })
  const [active, canary] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const { id } = (await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: canary } })).body
  await plane.token('only-g', { scopes: ['viewer'], features: ['g'] })
  await using all = readEvents(await (await signedIn(plane, 'viewer')).get('/live'))
  await using limited = readEvents(await (await signedIn(plane, 'viewer', 'only-g')).get('/live'))
  const toldWithin = async (ms: number) => {
    await turn()
    const before = [told(all), told(limited)]
    await plane.pass(ms)
    await until(() => told(all) > (before[0] ?? 0) && told(limited) > (before[1] ?? 0), 'word')
    await turn()
    return [told(all) - (before[0] ?? 0), told(limited) - (before[1] ?? 0)]
  }
  await until(() => told(all) >= 1 && told(limited) >= 1, 'the first words')
  assert.deepEqual(await toldWithin(8000), [8, 8])
  load = 0.95
  assert.deepEqual(await toldWithin(8000), [2, 2])
  const before = told(all)
  await plane.ask(`POST /v1/rollouts/${id}/pause`, { as: 'operator', body: { reason: 'lunch' } })
  await until(() => told(all) > before, 'word of the change')
})

test('a stream ends with its session, and says so', async () => {
  await using plane = await testPlane()
  const { body } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'ann', scopes: ['viewer'] } })
  const ann = await signedIn(plane, 'viewer', body.token)
  const everywhere = await signedIn(plane, 'operator')
  await using revoked = readEvents(await ann.get('/live'))
  await using signedOut = readEvents(await everywhere.get('/live'))
  await using other = readEvents(await (await signedIn(plane, 'admin')).get('/live'))
  await plane.ask(`DELETE /v1/tokens/${body.record.id}`, { as: 'admin' })
  await everywhere.send('/sign-out', { everywhere: 'yes' })
  await plane.pass(2000)
  await until(() => revoked.ended() && signedOut.ended(), 'the streams to end')
  for (const stream of [revoked, signedOut]) assert.match(stream.text(), /event: ended\ndata: \{"why":"session"\}\n\n$/)
  assert.ok(!other.ended())
})

test('two hundred open pages take no more reads of their token than one', async () => {
  await using plane = await testPlane({ settings: { liveStreamsPerToken: 200 } })
  const ann = await signedIn(plane, 'viewer')
  const { tokenById } = plane.store
  const reads: string[] = []
  plane.store.tokenById = async (id) => {
    reads.push(id)
    await turn()
    return tokenById(id)
  }
  const counted = async (pages: number) => {
    const streams = await Promise.all(Array.from({ length: pages }, async () => readEvents(await ann.get('/live'))))
    await until(() => streams.every((stream) => told(stream) >= 1), 'the first word of each')
    // What is kept of the token is too old then, so that pages and streams ask the store for it.
    await plane.pass(4000)
    reads.length = 0
    await plane.pass(1500)
    await Promise.all(streams.map(() => ann.get('/')))
    const count = reads.length
    for (const stream of streams) await stream[Symbol.asyncDispose]()
    return count
  }
  const one = await counted(1)
  assert.ok(one > 0)
  assert.equal(await counted(200), one)
})

test('a stream ends with the rights that its session had, and the page asks for itself anew', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  await using stream = readEvents(await ann.get('/live'))
  await until(() => told(stream) === 1, 'the first word')
  // As the groups of a person narrow it, who signs in from another browser meanwhile.
  const act = { action: 'person.rights', at: 0, caller: { name: 'ann', tokenId: null } } as const
  const narrowed = (record?: TokenRecord) => record && { ...record, features: ['mail'] }
  await changeToken(plane.store, 'id-token-of-scope-viewer', narrowed, act)
  await plane.pass(2000)
  await until(() => stream.ended(), 'the stream to end')
  assert.match(stream.text(), /event: ended\n/)
  await using next = readEvents(await ann.get('/live'))
  await until(() => told(next) === 1, 'the word of the limited session')
  assert.match(next.text(), /"revision":null/)
})

test('one token has only so many open pages, and a stream needs a session', async () => {
  await using plane = await testPlane({ settings: { liveStreamsPerToken: 1 } })
  const [ann, bob] = [await signedIn(plane, 'viewer'), await signedIn(plane, 'operator')]
  await using first = readEvents(await ann.get('/live'))
  assert.equal((await ann.get('/live')).status, 429)
  await using second = readEvents(await bob.get('/live'))
  assert.ok(!first.ended() && !second.ended())
  assert.equal((await plane.plane.fetch(plane.request('GET /live', { as: 'admin' }))).status, 303)
})

test('a page is made once for all who may see the same, and anew after a change', async () => {
  let made = 0
  await using plane = await testPlane({
    engineState: {
      assessment: async () => null,
      drift: async () => null,
      faults: () => {
        made += 1
        return []
      },
    },
  })
  const visitors = [await signedIn(plane, 'viewer'), await signedIn(plane, 'viewer'), await signedIn(plane, 'operator')]
  plane.clock.advance(2000)
  made = 0
  for (let round = 0; round < 5; round += 1) await Promise.all(visitors.map((one) => one.page('/')))
  assert.equal(made, 2, 'once for each set of rights')
  const version = await plane.publish('f', 'a')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version, reason: 'launch' } })
  for (const one of visitors) assert.match(await one.page('/'), /href="\/features\/f"/)
  assert.equal(made, 4)
})

test('a page that is open takes over its content alone, which holds nothing of the session', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  const part = await ann.get('/', { 'sluice-part': 'main' })
  const text = await part.text()
  assert.match(text, /^<title>Overview · Sluice<\/title>\n<main id="main" tabindex="-1">\n<h1>/)
  assert.doesNotMatch(text, /formKey|scope-viewer|script/)
  assert.equal(part.headers.get('etag'), (await ann.get('/')).headers.get('etag'))
})

test('a page that has not changed is not sent again', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  const tag = (await ann.get('/')).headers.get('etag') ?? ''
  plane.clock.advance(2000)
  const same = await ann.get('/', { 'if-none-match': tag })
  assert.deepEqual([same.status, same.headers.get('sluice-as-of')], [304, String(plane.clock.now())])
  await plane.publish('f', 'a')
  plane.clock.advance(2000)
  assert.equal((await ann.get('/', { 'if-none-match': tag })).status, 200)
})
