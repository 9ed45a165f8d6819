import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakePlane, frame } from './support/fake-plane.ts'
import { featureWith, snapshot, version } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const everybody = featureWith({ ppm: 1_000_000 })

test('what the control plane pushes is routed at once, and acknowledged with revision and hash', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  assert.equal(started.client.route('mail', 'ann').version, 'a')
  plane.publish(snapshot(2, everybody))
  await started.clock.settle()
  const { version, arm, rolloutId, stage } = started.client.route('mail', 'ann')
  assert.deepEqual({ version, arm, rolloutId, stage }, { version: 'b', arm: 'canary', rolloutId: 'r-1', stage: 0 })
  await started.pass(1)
  const { instance, epoch, revision, hash, stale } = plane.acks.at(-1) ?? {}
  assert.deepEqual(
    { instance, epoch, revision, hash, stale },
    { instance: 'host-1', epoch: 'epoch-1', revision: 2, hash: 'hash-2', stale: false },
  )
})

test('an acknowledgement that was lost is repeated at once, not with the next heartbeat', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  await started.pass(1)
  plane.interfere((path) => (path === '/v1/acks' ? new Error('connection reset') : undefined))
  plane.publish(snapshot(2))
  await started.pass(100)
  plane.interfere(undefined)
  await started.pass(2_000)
  assert.equal(plane.acks.at(-1)?.revision, 2)
})

test('a revision never goes backwards within an epoch; another epoch is another store', async () => {
  const plane = fakePlane(snapshot(5, everybody))
  await using started = await startClient(plane)
  for (const stream of plane.streams) stream.send(frame(snapshot(4)))
  await started.clock.settle()
  assert.equal(started.client.status().revision, 5)
  assert.ok(started.diagnostics.some(({ code }) => code === 'outdated'))
  plane.publish(snapshot(1, featureWith(), 'epoch-2'))
  await started.clock.settle()
  assert.deepEqual([started.client.status().epoch, started.client.status().revision], ['epoch-2', 1])
})

test('a snapshot that cannot be right is reported and not applied', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const faults: [unknown, RegExp][] = [
    [{ ...snapshot(2), schema: 'sluice.snapshot/9' }, /schema/],
    [snapshot(2, featureWith({ algorithm: 'crc32/percent' as never })), /features\.mail\.rollout\.algorithm is crc32/],
    [snapshot(2, featureWith({ ppm: 1_000_001 })), /ppm/],
    [snapshot(2, featureWith({ canary: 'toString' })), /rollout\.canary is toString/],
    [snapshot(2, { ...featureWith(), active: 'z' }), /features\.mail\.active is z/],
  ]
  for (const [value, message] of faults) {
    plane.publish(value as never)
    await started.clock.settle()
    assert.match(started.diagnostics.at(-1)?.message ?? '', message)
  }
  assert.equal(started.client.status().revision, 1)
})

test('without a word for maxStale nobody gets a canary, and with the next word they do', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane, { maxStaleMs: 60_000 })
  assert.equal(started.client.route('mail', 'ann').arm, 'canary')
  plane.interfere(() => new Error('unreachable'))
  for (const stream of [...plane.streams]) stream.end()
  await started.pass(59_000)
  assert.equal(started.client.route('mail', 'ann').arm, 'canary')
  await started.pass(1_100)
  const { version, arm, rolloutId } = started.client.route('mail', 'ann')
  assert.deepEqual({ version, arm, rolloutId }, { version: 'a', arm: null, rolloutId: null })
  assert.equal(started.client.status().stale, true)
  plane.interfere(undefined)
  await started.pass(60_000)
  assert.equal(started.client.route('mail', 'ann').arm, 'canary')
  assert.equal(started.client.status().stale, false)
})

test('an hour without the control plane changes nothing about what is served', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  plane.interfere(() => new Error('unreachable'))
  for (const stream of [...plane.streams]) stream.end()
  await started.pass(3_600_000)
  assert.equal(started.client.route('mail', 'ann').version, 'a')
  plane.interfere(undefined)
  plane.publish(snapshot(2, { ...featureWith(), active: 'b' }))
  await started.pass(31_000)
  assert.equal(started.client.route('mail', 'ann').version, 'b')
})

test('a bootstrap is served from the first moment, its canary only once the control plane confirms it', async () => {
  const plane = fakePlane(snapshot(3, everybody))
  plane.interfere(() => new Error('unreachable'))
  await using started = await startClient(plane, { bootstrap: snapshot(3, everybody) })
  assert.equal(started.client.status().source, 'bootstrap')
  assert.deepEqual([started.client.route('mail', 'ann').version, started.client.route('mail', 'ann').arm], ['a', null])
  assert.equal(plane.acks.length, 0)
  plane.interfere(undefined)
  await started.pass(31_000)
  assert.equal(started.client.route('mail', 'ann').arm, 'canary')
  assert.equal(plane.acks.at(-1)?.revision, 3)
})

test('a feature that nobody knows has its fallback, or nothing, but never an error', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { fallbacks: { chat: version('f') } })
  assert.equal(started.client.route('chat', 'ann').version, 'f')
  for (const name of ['none', 'toString', '__proto__']) {
    const route = started.client.route(name, 'ann')
    assert.deepEqual([route.version, route.prompt, await route.run(() => 'ok')], [null, null, 'ok'])
  }
})

test('ready says what it is ready with, and never waits longer than told', async () => {
  const plane = fakePlane(snapshot(1))
  plane.interfere(() => new Error('unreachable'))
  await using started = await startClient(plane)
  const ready = started.client.ready({ timeoutMs: 2000 })
  await started.pass(2000)
  assert.equal(await ready, 'none')
  plane.interfere(undefined)
  await started.pass(31_000)
  assert.equal(await started.client.ready(), 'server')
})

test('what comes after a snapshot that cannot be read is no word of trust: the canary ends with maxStale', async () => {
  for (const streams of [true, false]) {
    const plane = fakePlane(snapshot(1, everybody))
    plane.interfere((path) => (path === '/v1/stream' && !streams ? new Response('a page') : undefined))
    await using started = await startClient(plane, { maxStaleMs: 60_000 })
    await started.pass(10_000)
    assert.equal(started.client.route('mail', 'ann').arm, 'canary')
    plane.publish({ ...snapshot(2), schema: 'sluice.snapshot/9' } as never)
    for (let beat = 0; beat < 8; beat += 1) {
      await started.pass(10_000)
      for (const stream of plane.streams) stream.send(':\n\n')
    }
    assert.equal(started.client.route('mail', 'ann').version, 'a', streams ? 'streaming' : 'polling')
  }
})

test('a version that lacks what an application relies on is not applied', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  for (const wrong of [{ parameters: undefined }, { format: undefined }, { messages: [{ role: 'user' }] }]) {
    const versions = { a: { ...version('a'), ...wrong } }
    plane.publish(snapshot(2, { active: 'a', versions } as never))
    await started.clock.settle()
    assert.match(started.diagnostics.at(-1)?.message ?? '', /features\.mail\.versions\.a\./)
  }
  assert.equal(started.client.status().revision, 1)
})
