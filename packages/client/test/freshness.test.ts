import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakePlane, frame } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { type StartedClient, startClient } from './support/started-client.ts'

const everybody = featureWith({ ppm: 1_000_000 })
const armOf = ({ client }: StartedClient) => client.route('mail', 'ann').arm

test('an answer out of a cache is no word of the control plane', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  const kept = new Map<string, Promise<Response>>()
  const caching: typeof fetch = async (input, init) => {
    assert.equal(init?.cache, 'no-store')
    const key = `${init?.method} ${input}`
    if (String(input).endsWith('/v1/stream')) return new Response(null, { status: 502 })
    const answer = kept.get(key) ?? plane.fetch(input, init)
    kept.set(key, answer)
    return (await answer).clone()
  }
  await using started = await startClient({ fetch: caching }, { maxStaleMs: 60_000 })
  await started.pass(10_000)
  assert.equal(armOf(started), 'canary')
  plane.publish(snapshot(2))
  await started.pass(60_000)
  assert.deepEqual([armOf(started), started.client.status().stale], [null, true])
  assert.ok(started.diagnostics.some(({ code }) => code === 'unproven'))
  await started.pass(600_000)
  assert.equal(armOf(started), null)
})

test('what is trusted is as old as the read of the store, and as the question', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  plane.readAgeMs = 50_000
  await using started = await startClient(plane, { maxStaleMs: 60_000 })
  assert.equal(armOf(started), 'canary')
  plane.interfere(() => new Error('unreachable'))
  await started.pass(10_000)
  assert.equal(armOf(started), null)
})

test('signs of life on a stream extend no trust: they may have been held back', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane, { maxStaleMs: 60_000 })
  plane.interfere((path) => (path === '/v1/stream' ? undefined : new Error('cut off')))
  for (let beat = 0; beat < 6; beat += 1) {
    await started.pass(10_000)
    for (const stream of plane.streams) stream.send(': heartbeat\n\n')
  }
  assert.equal(armOf(started), null)
})

test('a machine that was suspended trusts nothing until it has asked again', async () => {
  let suspendedMs = 0
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane, {
    maxStaleMs: 60_000,
    clocks: (clock) => ({ ...clock, now: () => clock.now() + suspendedMs, steady: () => clock.now() }),
  })
  assert.equal(armOf(started), 'canary')
  suspendedMs = 3_600_000
  assert.equal(armOf(started), null)
  for (const stream of plane.streams) stream.send(': heartbeat\n\n')
  assert.equal(armOf(started), null)
  await started.pass(1)
  assert.equal(armOf(started), 'canary')
})

test('a wall clock that steps makes nobody stale for good, and nothing trusted for longer', async () => {
  let stepMs = 0
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane, {
    maxStaleMs: 60_000,
    clocks: (clock) => ({ ...clock, now: () => clock.now() + stepMs, steady: () => clock.now() }),
  })
  stepMs = -7_200_000
  await started.pass(30_000)
  assert.equal(armOf(started), 'canary')
  stepMs = 7_200_000
  await started.pass(10_000)
  assert.equal(armOf(started), 'canary')
  stepMs = 0
  plane.interfere(() => new Error('unreachable'))
  await started.pass(60_000)
  assert.equal(armOf(started), null)
})

test('a short maxStaleMs shortens the heartbeat: trust does not run out between two', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane, { maxStaleMs: 5000 })
  const stale: boolean[] = []
  started.client.onStaleness((now) => stale.push(now))
  await started.pass(120_000)
  assert.deepEqual(stale, [])
})

test('an equal revision with another hash is news, as is a store that went back', async () => {
  const plane = fakePlane(snapshot(5))
  await using started = await startClient(plane)
  plane.publish({ ...snapshot(5, { ...featureWith(), active: 'b' }), hash: 'another' }, { push: false })
  await started.pass(11_000)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
  plane.publish(snapshot(4), { push: false })
  await started.pass(11_000)
  assert.deepEqual([started.client.status().revision, started.client.route('mail', 'ann').version], [4, 'a'])
})

test('what the server says is never older than a file, not even a lower revision', async () => {
  const plane = fakePlane(snapshot(3))
  const file = snapshot(900, { ...featureWith(), active: 'b' })
  await using started = await startClient(plane, { bootstrap: file })
  assert.deepEqual([started.client.status().revision, started.client.status().source], [3, 'server'])
})

test('what was sent long ago by another store does not come back', async () => {
  const plane = fakePlane(snapshot(1, featureWith(), 'old'))
  await using started = await startClient(plane)
  plane.publish(snapshot(1, everybody, 'new'), { push: false })
  await started.pass(11_000)
  assert.equal(started.client.status().epoch, 'new')
  for (const stream of plane.streams) stream.send(frame(snapshot(2, featureWith(), 'old')))
  await started.pass(1)
  assert.deepEqual([started.client.status().epoch, armOf(started)], ['new', 'canary'])
})

test('without proof only a higher revision of the same store is believed, and no canary', async () => {
  const plane = fakePlane(snapshot(2, everybody))
  const strip: typeof fetch = async (input, init) => {
    const { body, status, headers } = await plane.fetch(input, init)
    const kept = new Headers(headers)
    for (const name of ['sluice-nonce', 'sluice-read-age']) kept.delete(name)
    return new Response(body, { status, headers: kept })
  }
  await using started = await startClient({ fetch: strip })
  assert.deepEqual([started.client.status().revision, armOf(started)], [2, null])
  plane.publish(snapshot(3, { ...featureWith(), active: 'b' }))
  await started.pass(1)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
  plane.publish(snapshot(1, featureWith(), 'another'))
  await started.pass(11_000)
  assert.equal(started.client.status().revision, 3)
})

test('a step of the wall clock makes no old read look like news', async () => {
  let stepMs = 0
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, {
    clocks: (clock) => ({ ...clock, now: () => clock.now() + stepMs, steady: () => clock.now() }),
  })
  await started.pass(20_000)
  plane.publish(snapshot(5))
  await started.clock.settle()
  stepMs = 3_600_000
  // Another replica, which last looked at the store before revision 5 was made.
  plane.readAgeMs = 9_000
  plane.publish(snapshot(4), { push: false })
  for (const stream of plane.streams) stream.end()
  await started.pass(5_000)
  assert.ok(started.diagnostics.some(({ code }) => code === 'outdated'))
  assert.equal(started.client.status().revision, 5)
})
