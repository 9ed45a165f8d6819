import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@sluice/client'
import { startRetention } from '../../../src/control/loops/retention.ts'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'
import { openRollouts } from '../../../src/control/store/open-rollouts.ts'
import { request, rollingStore } from '../../support/controller/stage.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { instance } from '../../support/store/store-samples.ts'

const dayMs = 86_400_000

test('entries of the log go when they are old, but not those that a running rollout rests on', async () => {
  const store = await rollingStore()
  const at = (id: string, receivedAt: number, more: object) => request(id, { receivedAt, ...more })
  const plain = { rolloutId: null, arm: null, stage: null }
  await store.append([at('old', 0, plain), at('new', 50 * dayMs, plain), at('evidence', 0, {})])
  const clock = virtualClock(89 * dayMs)
  const fail = (error: unknown) => assert.fail(String(error))
  const loop = startRetention({ store, clock, keepLogMs: 90 * dayMs, faults: toldFaults(clock, fail) })
  const ids = async () => (await store.readLog({ after: 0, limit: 9 })).map(({ id }) => id)
  await clock.runUntil(90 * dayMs - 1)
  assert.deepEqual(await ids(), ['old', 'new', 'evidence'])
  await clock.runUntil(90 * dayMs + 3_700_000)
  assert.deepEqual(await ids(), ['new', 'evidence'])
  await loop.close()
})

test('the users of an ended rollout are forgotten with its last entries, those of a running one and of the drift watch are not', async () => {
  const store = await rollingStore()
  const [running = ''] = openRollouts(await store.features())
  const remember = (name: string) =>
    store.saveCheckpoint(name, -1, { cursor: 0, state: 0 }, { rolloutId: name, records: new Map([['u', {}]]) })
  for (const name of [running, 'ended', 'ended long ago', 'drift:mail 1970-03-01']) await remember(name)
  await store.append([
    request('a', { receivedAt: 50 * dayMs, rolloutId: 'ended' }),
    request('b', { receivedAt: 0, rolloutId: 'ended long ago' }),
  ])
  const clock = virtualClock(89 * dayMs)
  const fail = (error: unknown) => assert.fail(String(error))
  const loop = startRetention({ store, clock, keepLogMs: 90 * dayMs, faults: toldFaults(clock, fail) })
  await clock.runUntil(89 * dayMs + 1)
  assert.equal((await store.memories()).length, 4)
  await clock.runUntil(90 * dayMs + 3_700_000)
  assert.deepEqual(await store.memories(), ['drift:mail 1970-03-01', 'ended', running].sort())
  await loop.close()
})

test('a wall clock that steps deletes nothing, until it has run evenly for an hour', async () => {
  const store = await rollingStore()
  const run = virtualClock(dayMs)
  let stepMs = 0
  const clock: Clock = { ...run, now: () => run.now() + stepMs, steady: () => run.now() }
  await store.append([request('a', { receivedAt: dayMs, rolloutId: null, arm: null, stage: null })])
  await store.acknowledge([instance('i', { mayServeUntil: 2 * dayMs })])
  const fail = (error: unknown) => assert.fail(String(error))
  const loop = startRetention({ store, clock, keepLogMs: 90 * dayMs, faults: toldFaults(run, fail) })
  const kept = async () => [(await store.readLog({ after: 0, limit: 9 })).length, (await store.instances(0)).length]
  await run.runUntil(dayMs + 7_000_000)
  stepMs = 365 * dayMs
  await run.runUntil(dayMs + 10_000_000)
  assert.deepEqual(await kept(), [1, 1])
  stepMs = 0
  await run.runUntil(dayMs + 18_000_000)
  assert.deepEqual(await kept(), [1, 1])
  stepMs = 365 * dayMs
  await run.runUntil(dayMs + 30_000_000)
  assert.deepEqual(await kept(), [0, 0])
  await loop.close()
})

test('instances that have ended without a goodbye are forgotten, however many', async () => {
  const store = await rollingStore()
  const clock = virtualClock(dayMs)
  const gone = Array.from({ length: 9000 }, (_, index) => instance(`gone-${index}`, { mayServeUntil: dayMs - 70_000 }))
  await store.acknowledge([...gone, instance('here', { mayServeUntil: dayMs })])
  const fail = (error: unknown) => assert.fail(String(error))
  const loop = startRetention({ store, clock, keepLogMs: 90 * dayMs, faults: toldFaults(clock, fail) })
  await clock.runUntil(dayMs + 1)
  assert.deepEqual(
    (await store.instances(0)).map((record) => record.instance),
    ['here'],
  )
  await loop.close()
})
