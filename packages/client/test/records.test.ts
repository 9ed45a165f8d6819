import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestOutcome } from '../src/index.ts'
import { type FakePlane, fakePlane } from './support/fake-plane.ts'
import { featureWith, snapshot } from './support/snapshots.ts'
import { startClient } from './support/started-client.ts'

const requests = (plane: FakePlane) => plane.batches.flat() as RequestOutcome[]
const everybody = featureWith({ ppm: 1_000_000 })

test('what is recorded long after a run belongs to it, and is sent soon after', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane)
  const route = started.client.route('mail', 'ann')
  await route.run(() => 'Hi')
  await started.pass(25_000)
  assert.deepEqual(requests(plane), [])
  route.record({ refusal: true })
  route.record({ costUsd: 0.01 })
  await started.pass(1300)
  const [outcome, ...more] = requests(plane)
  assert.partialDeepStrictEqual(outcome, { latencyMs: 0, refusal: true, costUsd: 0.01, arm: 'canary' })
  assert.deepEqual(more, [])
  route.record({ costUsd: 9 })
  assert.equal(started.diagnostics.at(-1)?.code, 'late-record')
})

test('under load no batch takes a request before its record', async () => {
  const plane = fakePlane(snapshot(1, everybody))
  await using started = await startClient(plane, { batchSize: 10 })
  for (let index = 0; index < 1000; index += 1) {
    const route = started.client.route('mail', index)
    await route.run(async () => 'Hi')
    route.record({ inputTokens: index })
  }
  await started.pass(2000)
  assert.deepEqual(
    requests(plane).map(({ inputTokens }) => inputTokens),
    Array.from({ length: 1000 }, (_, index) => index),
  )
})

test('done, recordMs and flush end the wait, and without them it ends after thirty seconds', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const [first, second, third] = ['a', 'b', 'c'].map((unit) => started.client.route('mail', unit))
  await first?.run(() => 1)
  await second?.run(() => 2)
  await started.pass(20_000)
  second?.done()
  await started.pass(1300)
  assert.deepEqual(
    requests(plane).map(({ unit }) => unit),
    ['b'],
  )
  await started.pass(10_000)
  assert.deepEqual(
    requests(plane).map(({ unit }) => unit),
    ['b', 'a'],
  )
  await third?.run(() => 3)
  await started.client.flush()
  assert.equal(requests(plane).length, 3)

  const hasty = await startClient(plane, { recordMs: 0 })
  await hasty.client.route('mail', 'd').run(() => 4)
  await hasty.pass(1300)
  assert.equal(requests(plane).at(-1)?.unit, 'd')
  await hasty[Symbol.asyncDispose]()
})

test('a failed request is sent at once, unless the successes beside it wait: neither overtakes the other', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const fails = (unit: string) =>
    started.client
      .route('mail', unit)
      .run(() => Promise.reject(new Error('no')))
      .catch(() => undefined)
  await fails('a')
  await started.pass(1300)
  assert.equal(requests(plane).length, 1)
  await started.client.route('mail', 'b').run(() => 'Hi')
  await started.pass(31_100)
  assert.equal(requests(plane).length, 2)
  await fails('c')
  await started.pass(20_000)
  assert.equal(requests(plane).length, 2)
  const route = started.client.route('mail', 'd')
  await route.run(() => 'Hi')
  route.record({ costUsd: 1 })
  await started.pass(1300)
  await fails('e')
  await started.pass(1300)
  assert.deepEqual(
    requests(plane).map(({ unit }) => unit),
    ['a', 'b', 'd', 'e'],
  )
})

test('an application that never records is not waited for after a hundred requests, until it does', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  for (let index = 0; index < 100; index += 1) await started.client.route('mail', index).run(() => 'Hi')
  await started.pass(31_100)
  assert.equal(requests(plane).length, 100)
  const route = started.client.route('mail', 'late')
  await route.run(() => 'Hi')
  await started.pass(1300)
  assert.equal(requests(plane).length, 101)
  route.record({ refusal: true })
  assert.equal(started.diagnostics.at(-1)?.code, 'late-record')
  const next = started.client.route('mail', 'next')
  await next.run(() => 'Hi')
  await started.pass(20_000)
  next.record({ refusal: true })
  await started.pass(1300)
  assert.equal(requests(plane).at(-1)?.refusal, true)
})

test('what is recorded before or during a run is one request with it', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const route = started.client.route('mail', 'ann')
  route.record({ inputTokens: 3 })
  const before = route.reference()
  await route.run(() => {
    route.record({ servedModel: 'm-2', latencyMs: 7 })
    return 'Hi'
  })
  route.record({ costUsd: 1 })
  await started.client.flush()
  const [outcome, ...more] = requests(plane)
  assert.partialDeepStrictEqual(outcome, { inputTokens: 3, servedModel: 'm-2', latencyMs: 7, costUsd: 1 })
  assert.deepEqual(more, [])
  started.client.feedback(String(before), { thumb: 'up' })
  await started.client.flush()
  assert.partialDeepStrictEqual(plane.batches.flat().at(-1), { kind: 'feedback', of: outcome?.id })
})

test('two runs of one route are two requests, and so are two at the same time', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const route = started.client.route('mail', 'ann')
  await route.run(() => Promise.reject(new Error('no'))).catch(() => undefined)
  await route.run(() => 'Hi')
  await Promise.all([route.run(async () => 1), route.run(async () => 2)])
  await started.client.flush()
  assert.deepEqual(
    requests(plane).map(({ error }) => error),
    ['Error: no', undefined, undefined, undefined],
  )
  assert.equal(new Set(requests(plane).map(({ id }) => id)).size, 4)
})

test('a run that never ends takes nothing of what is recorded of the next', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const route = started.client.route('mail', 'ann')
  void route.run(() => new Promise(() => undefined))
  await route.run(() => 'Hi')
  route.record({ costUsd: 0.5 })
  await started.client.flush()
  assert.deepEqual(
    requests(plane).map(({ costUsd }) => costUsd),
    [0.5],
  )
})

test('the number of requests that wait is bounded: the oldest are sent', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane, { queueCapacity: 20 })
  for (let index = 0; index < 50; index += 1) await started.client.route('mail', index).run(() => 'Hi')
  await started.pass(1300)
  assert.equal(requests(plane).length + started.client.status().outcomes.dropped, 40)
  assert.equal(started.client.status().outcomes.queued, 10)
})

test('what is open and what waits holds a bounded number of characters', async () => {
  const plane = fakePlane(snapshot(1, featureWith(undefined, { capture: { incumbent: 1_000_000, canary: 0 } })))
  await using started = await startClient(plane)
  plane.interfere((path) => (path === '/v1/outcomes' ? new Error('unreachable') : undefined))
  const output = 'x'.repeat(400_000)
  for (let index = 0; index < 150; index += 1) await started.client.route('mail', index).run(() => output)
  const { queued, dropped } = started.client.status().outcomes
  assert.equal(queued + dropped, 150)
  assert.ok(queued <= 100 && queued > 50, `${queued} are kept`)
})

test('after close nothing is sent, nothing is thrown, and what is lost is told', async () => {
  const plane = fakePlane(snapshot(1))
  const started = await startClient(plane)
  const open = started.client.route('mail', 'ann')
  await open.run(() => 'Hi')
  await started[Symbol.asyncDispose]()
  await started.client.close()
  assert.equal(requests(plane).length, 1)
  open.record({ costUsd: 1 })
  assert.equal(started.diagnostics.at(-1)?.code, 'late-record')
  assert.equal(await started.client.route('mail', 'bob').run(() => 'Ho'), 'Ho')
  open.feedback({ thumb: 'up' })
  await started.client.flush()
  await started.pass(60_000)
  assert.equal(plane.batches.flat().length, 1)
  assert.equal(started.client.status().outcomes.dropped, 2)
  assert.ok(started.diagnostics.some(({ message }) => message.includes('client is closed')))
})

test('a step of the wall clock is no latency', async () => {
  const plane = fakePlane(snapshot(1))
  await using started = await startClient(plane)
  const { clock } = started
  const now = clock.now
  let step = 0
  clock.now = () => now() + step
  await started.client.route('mail', 'ann').run(() => {
    step = -3_600_000
    return 'Hi'
  })
  await started.client.flush()
  assert.deepEqual(
    requests(plane).map(({ latencyMs }) => latencyMs),
    [undefined],
  )
})
