import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRetention } from '../../src/live/retention.ts'
import { virtualClock } from '../../src/simulate/virtual-clock.ts'
import { request } from '../rollout/controller/stage.ts'
import { instance } from '../store/contract/samples.ts'
import { toldFaults } from '../support/loop-faults.ts'
import { liveStore } from './live-stage.ts'

const dayMs = 86_400_000

test('entries of the log go when they are old, but not those that a running rollout rests on', async () => {
  const store = await liveStore()
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

test('instances that have ended without a goodbye are forgotten, however many', async () => {
  const store = await liveStore()
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
