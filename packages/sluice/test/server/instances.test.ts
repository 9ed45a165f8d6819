import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type TestPlane, testPlane } from '../support/control-plane.ts'

async function acknowledge(plane: TestPlane, instance: string, more: object = {}, as = 'client') {
  const { epoch, revision, hash } = (await plane.ask('GET /v1/snapshot', { as })).body
  return plane.ask('POST /v1/acks', { as, body: { instance, epoch, revision, hash, ...more } })
}

async function launched(): Promise<TestPlane & { next: string }> {
  const plane = await testPlane()
  const version = await plane.publish('f', 'a')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version, reason: 'launch' } })
  return { ...plane, next: await plane.publish('f', 'b') }
}

/** Lets the clock go on until the answer is there. */
async function settled<T>(plane: TestPlane, answer: Promise<T>): Promise<T> {
  let done = false
  const noted = answer.finally(() => {
    done = true
  })
  for (let rounds = 0; !done && rounds < 5000; rounds += 1) {
    await turn()
    plane.clock.advance(5)
  }
  return noted
}

test('an acknowledgement is answered with what the server has', async () => {
  await using plane = await launched()
  const { body } = await acknowledge(plane, 'host-1')
  const { epoch, revision, hash } = (await plane.ask('GET /v1/snapshot', { as: 'client' })).body
  assert.deepEqual(body, { epoch, revision, hash, heartbeatMs: 10_000 })
})

test('instances are listed with what they run, until three heartbeats are missed', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1', { client: 'app 1.0' })
  await acknowledge(plane, 'host-2', { hash: 'other', stale: true })
  const list = async () => (await plane.ask('GET /v1/instances', { as: 'operator' })).body
  const { current, instances } = await list()
  assert.deepEqual(
    instances.map((each: { instance: string; upToDate: boolean }) => [each.instance, each.upToDate]),
    [
      ['host-1', true],
      ['host-2', false],
    ],
  )
  assert.equal(current.hash, instances[0].hash)
  plane.clock.advance(25_000)
  await acknowledge(plane, 'host-2')
  plane.clock.advance(6000)
  assert.deepEqual(
    (await list()).instances.map(({ instance }: { instance: string }) => instance),
    ['host-2'],
  )
  await acknowledge(plane, 'host-2', { leaving: true })
  assert.deepEqual((await list()).instances, [])
})

test('a change waits for the acknowledgements of all live instances', async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  const body = { version: plane.next, reason: 'better', waitMs: 10_000 }
  const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await turn()
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [2, 2, []])
  assert.ok(applied.elapsedMs < 1000)
})

test('after the wait those that are missing are named; instances that cannot see the feature do not count', async () => {
  await using plane = await launched()
  const as = await plane.token('a-limited-token', { features: ['other'] })
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'elsewhere', {}, as)
  const body = { version: plane.next, reason: 'better', waitMs: 500 }
  const answer = await settled(plane, plane.ask('PUT /v1/features/f/active', { as: 'operator', body }))
  const { applied } = answer.body
  assert.deepEqual([applied.total, applied.applied, applied.missing], [1, 0, ['host-1']])
  assert.ok(applied.elapsedMs >= 500 && applied.elapsedMs < 1000)
})

test('a clock that steps back prolongs no wait', { timeout: 10_000 }, async () => {
  await using plane = await launched()
  await acknowledge(plane, 'host-1')
  const body = { version: plane.next, reason: 'better', waitMs: 500 }
  const answer = plane.ask('PUT /v1/features/f/active', { as: 'operator', body })
  await turn()
  plane.clock.stepBack(3_600_000)
  const { applied } = (await settled(plane, answer)).body
  assert.deepEqual([applied.applied, applied.elapsedMs], [0, 0])
})

test('instances that have not applied a change are an alarm in log and metrics', async () => {
  await using plane = await launched()
  const metrics = async () => (await plane.ask('GET /metrics', { as: 'operator' })).body
  await acknowledge(plane, 'host-1')
  await acknowledge(plane, 'host-2')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: plane.next, reason: 'better' } })
  await acknowledge(plane, 'host-1')
  assert.match(await metrics(), /^sluice_stragglers 0$/m)
  plane.clock.advance(29_000)
  await acknowledge(plane, 'host-2', { revision: 1 })
  await acknowledge(plane, 'host-1')
  plane.clock.advance(1000)
  await turn()
  assert.match(await metrics(), /^sluice_stragglers 1$/m)
  assert.match(await metrics(), /^sluice_instances\{state="behind"\} 1$/m)
  assert.match(
    plane.logged(),
    /"level":"warn","message":"instances have not applied a change","instances":1,"names":\["host-2"\]/,
  )
})
