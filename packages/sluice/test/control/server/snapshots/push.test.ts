import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyChange } from '../../../../../client/src/snapshot/apply-change.ts'
import { createSnapshots } from '../../../../src/control/server/snapshots/snapshots.ts'
import { createStreams } from '../../../../src/control/server/snapshots/streams.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { readEvents } from '../../../support/control-plane/event-reader.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { snapshotHash } from '../../../support/snapshot-hash.ts'
import { until } from '../../../support/until.ts'

async function activate(plane: TestPlane, feature: string, text: string): Promise<number> {
  const version = await plane.publish(feature, text)
  const body = { version, reason: 'launch' }
  const answer = await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body })
  assert.equal(answer.status, 200)
  return answer.body.revision
}

async function open(plane: TestPlane, as = 'client') {
  const response = await plane.plane.fetch(plane.request('GET /v1/stream', { as }))
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  return readEvents(response)
}

test('the snapshot holds what routing needs, under an ETag that changes with it', async () => {
  await using plane = await testPlane()
  const empty = await plane.ask('GET /v1/snapshot', { as: 'client' })
  assert.deepEqual([empty.body.revision, empty.body.features], [0, {}])
  const revision = await activate(plane, 'f', 'a')
  const { body, headers } = await plane.ask('GET /v1/snapshot', { as: 'client' })
  assert.deepEqual([body.epoch, body.revision, body.hash], [plane.store.epoch, revision, snapshotHash(body.features)])
  assert.equal(body.features.f.versions[body.features.f.active].messages[0].content, 'a')
  const again = (etag: string) => plane.ask('GET /v1/snapshot', { as: 'client', headers: { 'if-none-match': etag } })
  const etag = headers.get('etag') ?? ''
  assert.deepEqual([(await again(etag)).status, (await again(`"x", W/${etag}`)).status], [304, 304])
  assert.equal((await again(empty.headers.get('etag') ?? '')).status, 200)
})

test('a stream begins with the snapshot and carries each change with its revision', async () => {
  await using plane = await testPlane()
  await using stream = await open(plane)
  await stream.until(1)
  const revision = await activate(plane, 'f', 'a')
  const [, snapshot] = await stream.until(2)
  assert.equal(snapshot?.revision, revision)
  assert.match(stream.text(), /^retry: 1000\n\n/)
  assert.match(stream.text(), new RegExp(`\nid: ${revision}\n`))
})

test('a stream carries a sign of life every 10 s', async () => {
  await using plane = await testPlane()
  await using stream = await open(plane)
  await stream.until(1)
  await plane.pass(9999)
  assert.ok(!stream.text().includes(': heartbeat'))
  await plane.pass(20_001)
  await until(() => stream.text().split(': heartbeat\n\n').length === 4, 'three heartbeats')
})

test('a reload holds all that was committed before it, also while another is under way', async () => {
  await using plane = await testPlane()
  const { features } = plane.store
  const gate = Promise.withResolvers<void>()
  const slow = async () => {
    const found = await features()
    await gate.promise
    return found
  }
  const snapshots = createSnapshots({
    store: { ...plane.store, features: slow },
    clock: plane.clock,
    log: () => undefined,
  })
  const first = snapshots.reload()
  const revision = await activate(plane, 'f', 'a')
  const second = snapshots.reload()
  gate.resolve()
  await first
  assert.equal(snapshots.view(null).snapshot.revision, 0)
  await second
  assert.equal(snapshots.view(null).snapshot.revision, revision)
})

test('what a token may not see does not reach its stream', async () => {
  await using plane = await testPlane()
  const as = await plane.token('a-limited-token', { features: ['mine'] })
  await using stream = await open(plane, as)
  await stream.until(1)
  await activate(plane, 'other', 'a')
  await activate(plane, 'mine', 'b')
  const [, snapshot] = await stream.until(2)
  assert.deepEqual(Object.keys(snapshot?.features ?? {}), ['mine'])
})

test('a publication or a new token, which change nothing for clients, reach none', async () => {
  await using plane = await testPlane()
  const revision = await activate(plane, 'f', 'a')
  await using stream = await open(plane)
  await plane.publish('f', 'b')
  await plane.token('another-token', {})
  await activate(plane, 'g', 'c')
  const revisions = (await stream.until(2)).map((snapshot) => snapshot.revision)
  assert.deepEqual([revisions.length, revisions[0]], [2, revision])
})

test('a change through another replica arrives, at the latest by looking', async () => {
  await using plane = await testPlane()
  const deaf = { ...plane.store, onChange: () => () => undefined }
  await using other = await testPlane({ store: deaf, clock: plane.clock })
  await using stream = await open(other)
  await stream.until(1)
  await activate(plane, 'f', 'a')
  plane.clock.advance(5000)
  await stream.until(2)
})

test('the stream of a revoked or expired token ends within 5 s', async () => {
  await using plane = await testPlane()
  const expiring = await plane.token('an-expiring-token', { expiresAt: plane.clock.now() + 10_000 })
  const revoked = await plane.token('a-token-to-revoke', {})
  await using first = await open(plane, expiring)
  await using second = await open(plane, revoked)
  await using third = await open(plane)
  await Promise.all([first.until(1), second.until(1), third.until(1)])
  await plane.ask('DELETE /v1/tokens/id-a-token-to-revoke', { as: 'admin' })
  plane.clock.advance(5000)
  await until(() => second.ended(), 'the end of the stream of the revoked token')
  assert.deepEqual([first.ended(), third.ended()], [false, false])
  plane.clock.advance(10_000)
  await until(() => first.ended(), 'the end of the stream of the expired token')
  assert.deepEqual([third.ended(), plane.plane.streams()], [false, 1])
})

test('a reader that falls behind is cut, the others are served', async () => {
  const [store, clock] = [memoryStore(), manualClock()]
  const snapshots = createSnapshots({ store, clock, log: () => undefined })
  await snapshots.reload()
  const bounds = { heartbeatMs: 10_000, maxReadAgeMs: 10_000, maxBufferedBytes: 100, streamsPerToken: 10 }
  const streams = createStreams({ tokens: store, snapshots, clock, log: () => undefined, ...bounds })
  const sinks = [0, 101].map((buffered) => ({ buffered: () => buffered, sent: 0, wasCut: false }))
  for (const sink of sinks)
    streams.open(
      {
        send: () => {
          sink.sent += 1
        },
        buffered: sink.buffered,
        end: () => undefined,
        cut: () => {
          sink.wasCut = true
        },
        onClose: () => undefined,
      },
      { tokenId: 't', name: 't', scopes: [], features: null, environments: [null] },
    )
  clock.advance(10_000)
  assert.deepEqual(
    sinks.map(({ wasCut }) => wasCut),
    [false, true],
  )
  assert.equal(streams.count(), 1)
  streams.close()
})

test('streams end with a hint when to come back', async () => {
  const plane = await testPlane()
  const stream = await open(plane)
  await stream.until(1)
  plane.plane.close()
  await until(() => stream.ended(), 'the end of the stream')
  assert.match(stream.text(), /retry: 1000\n\n$/)
})

test('a stream that asks for changes gets the whole once, then what changed; the others get the whole', async () => {
  await using plane = await testPlane()
  await activate(plane, 'f', 'a')
  await activate(plane, 'g', 'b')
  const asking = plane.request('GET /v1/stream', { as: 'client', headers: { prefer: 'changes' } })
  await using stream = readEvents(await plane.plane.fetch(asking))
  await using other = await open(plane)
  let [held] = await stream.until(1)
  for (const [feature, text] of [
    ['f', 'c'],
    ['h', 'd'],
  ] as const) {
    const revision = await activate(plane, feature, text)
    const changes = () => [...stream.text().matchAll(/^event: change\nid: (\d+)\ndata: (.*)\n\n/gm)]
    await until(() => changes().at(-1)?.[1] === `${revision}`, 'the change')
    const change = JSON.parse(changes().at(-1)?.[2] ?? '')
    assert.deepEqual(Object.keys(change.features), [feature])
    const { body } = await plane.ask('GET /v1/snapshot', { as: 'client' })
    held = applyChange(held, change)
    assert.deepEqual(held, body)
    assert.equal(held?.hash, snapshotHash(body.features))
  }
  assert.equal(stream.snapshots().length, 1)
  assert.equal((await other.until(3)).length, 3)
})
