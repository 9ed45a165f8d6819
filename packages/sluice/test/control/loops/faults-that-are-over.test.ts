import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startLapseWatch } from '../../../src/control/approval/lapse.ts'
import { startDriftWatch } from '../../../src/control/drift/drift-watch.ts'
import { startLeaderLoop } from '../../../src/control/loops/leader-loop.ts'
import { startNotifier } from '../../../src/control/notify/notifier.ts'
import { rowNotification } from '../../../src/control/notify/row-notification.ts'
import { startController } from '../../../src/control/rollout/controller/controller.ts'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import type { LeaseStore } from '../../../src/control/store/lease-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { createChannels } from '../../../src/core/notify/create-channels.ts'
import { ruled } from '../../support/control-plane/ruled.ts'
import { countingEngine } from '../../support/controller/counting-engine.ts'
import { by, byHand, handClock, rollingStore, startRollout } from '../../support/controller/stage.ts'
import { fakeReceiver } from '../../support/fake-receiver.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { lastingLease } from '../../support/store/lasting-lease.ts'
import { until } from '../../support/until.ts'

const odd = () => Promise.reject(new TypeError('odd'))
const rollBack = { type: 'rollBack', rolloutId: 'r1', reason: 'by hand' } as const

/** A store that this replica leads for as long as it is said to. */
function ledStore(store: Store): { store: Store; set(isLeading: boolean): void } {
  let isLeading = true
  const lead: LeaseStore['lead'] = async (name) => {
    const lease = await lastingLease()(name)
    return isLeading && lease ? { ...lease, held: () => isLeading } : undefined
  }
  return {
    store: { ...store, lead },
    set(leads) {
      isLeading = leads
    },
  }
}

test('what failed in a rollout is no fault any more once somebody has ended it', async () => {
  const store = await rollingStore()
  const clock = handClock()
  const faults = toldFaults(clock)
  const loop = startController({ store: { ...store, readLog: odd }, clock, engine: countingEngine(), faults })
  await until(() => faults.failing().length > 0, 'the fault')
  assert.deepEqual(faults.failing(), ['mail'])
  await applyEvent(store, 'mail', rollBack, by, byHand)
  await until(() => faults.failing().length === 0, 'the fault to be over')
  await loop.close()
})

test('a replica that follows has no faults of features, and has them again where they fail once it leads', async () => {
  const clock = virtualClock(0)
  const { store, set } = ledStore(await rollingStore())
  const faults = toldFaults(clock)
  const loop = startLeaderLoop({
    ...{ store, name: 'controller', clock, everyMs: 1000, ...faults },
    async work() {
      await faults.attempt('mail', odd)
      return false
    },
  })
  await clock.runUntil(100)
  assert.deepEqual(faults.failing(), ['mail'])
  set(false)
  await clock.runUntil(2000)
  assert.deepEqual(faults.failing(), [])
  set(true)
  await clock.runUntil(4000)
  assert.deepEqual(faults.failing(), ['mail'])
  const closing = loop.close()
  await clock.runUntil(10_000)
  await closing
})

test('the drift watch has no faults of features without an active version', async () => {
  const stored = await rollingStore()
  let isActive = true
  const features: Store['features'] = async () =>
    (await stored.features()).map((state) => (isActive ? state : { ...state, active: null }))
  const clock = handClock()
  const faults = toldFaults(clock)
  const store = { ...stored, features, readLog: odd }
  const loop = startDriftWatch({ store, clock, nightOf: () => undefined, faults, everyMs: 1 })
  await until(() => faults.failing().length > 0, 'the fault')
  isActive = false
  await until(() => faults.failing().length === 0, 'the fault to be over')
  await loop.close()
})

test('what failed of a proposal is no fault any more once somebody has ended it', async () => {
  await using plane = await ruled()
  const { id } = (await plane.propose()).body
  const clock = handClock(plane.clock.now())
  const faults = toldFaults(clock)
  const loop = startLapseWatch({ store: { ...plane.store, version: odd }, clock, environments: [], faults })
  await until(() => faults.failing().length > 0, 'the fault')
  await plane.decide(id, 'reject')
  await until(() => faults.failing().length === 0, 'the fault to be over')
  await loop.close()
})

test('a channel that is gone has that one fault, which whoever leads again notes again', async () => {
  let status = 400
  await using receiver = await fakeReceiver(() => status)
  const { store, set } = ledStore(await rollingStore())
  const clock = handClock()
  const told: string[] = []
  const faults = toldFaults(clock, (error) => told.push(String(error)))
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  const [channel] = createChannels([{ webhook: { urlEnv: 'URL', secretEnv: 'SECRET' } }], {
    ...{ URL: receiver.url, SECRET: secret },
  })
  assert.ok(channel)
  const loop = startNotifier({
    ...{ store, clock, channel, faults },
    notificationOf: async (row) => rowNotification(row, { project: 'acme/mail', linkTo: () => undefined }),
    deliver: { fetch, random: () => 0, sleep: async () => undefined },
  })
  const known = async () => (await store.checkpoint(`notify:${channel.id} ${channel.addressId}`)) !== undefined
  await until(known, 'the start')
  await applyEvent(store, 'mail', { ...rollBack, why: 'evidence' }, by, byHand)
  await until(() => faults.failing().length > 0, 'the refusal')
  status = 410
  await startRollout(store, 'mail', 'r2')
  const goneTimes = () => told.filter((one) => one.includes('answered 410')).length
  await until(() => goneTimes() === 1, 'that it is gone')
  assert.deepEqual(faults.failing(), [])
  set(false)
  await new Promise((resolve) => setTimeout(resolve, 20))
  set(true)
  await until(() => goneTimes() === 2, 'that it is noted again')
  await loop.close()
})
