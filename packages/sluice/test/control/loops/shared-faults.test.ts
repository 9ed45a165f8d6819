import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '@sluice/client'
import { createFaultRegister } from '../../../src/control/loops/loop-faults.ts'
import { shareFaults } from '../../../src/control/loops/shared-faults.ts'
import { type EngineOptions, startEngine } from '../../../src/control/server/engine.ts'
import { createMetrics } from '../../../src/control/server/metrics/metrics.ts'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { until } from '../../support/until.ts'

test('each replica knows what fails on the others, until it works again or they are gone', async () => {
  const clock = virtualClock(0)
  const store = memoryStore()
  const start = (replica: string) => {
    const register = createFaultRegister({ clock, onError: () => undefined })
    return { register, shared: shareFaults({ store, clock, replica, register, faults: register.of('sharing') }) }
  }
  const [one, two, other] = ['a', 'b', 'c'].map(start)
  assert.ok(one && two && other)
  const faults = one.register.of('controller')
  let now = 0
  const pass = async (ms: number) => {
    now += ms
    await clock.runUntil(now)
  }
  faults.note('mail', new TypeError('of a user'), 0)
  other.register.of('judging').note('title', new TypeError(''), 0)
  await pass(15_000)
  const known = ({ shared }: typeof one) => shared.others().map(({ loop, feature, code }) => [loop, feature, code])
  assert.deepEqual(known(two).sort(), [
    ['controller', 'mail', 'TypeError'],
    ['judging', 'title', 'TypeError'],
  ])
  assert.deepEqual([known(one), known(other).length], [[['judging', 'title', 'TypeError']], 1])
  assert.doesNotMatch(JSON.stringify(await store.checkpoint('loop-faults')), /of a user/)
  await pass(300_000)
  assert.equal(known(two).length, 2, 'what goes on failing is told again')
  faults.settled('mail')
  const gone = other.shared.close()
  await pass(15_000)
  assert.deepEqual(known(two), [['judging', 'title', 'TypeError']])
  await pass(90_000)
  assert.deepEqual(known(two), [])
  const closing = [gone, one.shared.close(), two.shared.close()]
  await pass(10_000)
  await Promise.all(closing)
})

test('an engine on a store that others may share names what fails on them', async () => {
  const stored = memoryStore()
  const fault = { loop: 'controller', feature: 'mail', code: 'damaged', since: 0, failures: 3 }
  const state = { replicas: { other: { times: 1, faults: [fault] } } }
  await stored.saveCheckpoint('loop-faults', -1, { cursor: 0, state })
  const none = async () => undefined
  const options = {
    ...{ clock: systemClock, random: () => 0.5, log: () => undefined, metrics: createMetrics() },
    ...{ keepLogMs: Number.MAX_SAFE_INTEGER, redactorOf: none, redactTextsOf: none, nightsOf: () => [] },
    ...{ judge: { clientOf: none, modes: {}, unaskable: none }, notify: { channels: [] } },
  }
  for (const [isShared, expected] of [[true, [fault]] as const, [false, []] as const]) {
    const { engineState, close } = startEngine({
      ...options,
      store: { ...stored, isShared },
    } as unknown as EngineOptions)
    await until(() => engineState.faults?.().length === expected.length, 'the faults')
    assert.deepEqual(engineState.faults?.(), expected)
    await close()
  }
})
