import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Lead, startLeaderLoop } from '../../../src/control/loops/leader-loop.ts'
import { virtualClock } from '../../../src/control/simulate/virtual-clock.ts'
import { leaseMs } from '../../../src/control/store/lease-store.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { draft } from '../../support/store/store-samples.ts'

/** A loop on its own clock, so that it can be frozen, which leads by the store's clock. */
function stage() {
  const clock = virtualClock(0)
  const store = memoryStore(undefined, { now: clock.now })
  const start = (work: (lead: Lead) => Promise<boolean>, own = clock) =>
    startLeaderLoop({ store, name: 'controller', clock: own, everyMs: 1000, work, onError: assert.fail })
  return { clock, store, start }
}

test('a loop that works keeps its lease, also while it rests or its work takes long', async () => {
  const { clock, store, start } = stage()
  const numbers = new Set<number | undefined>()
  const loop = start(async ({ held, fence }) => {
    numbers.add(fence()?.number)
    await new Promise<void>((resolve) => clock.setTimer(resolve, 3 * leaseMs))
    assert.equal(held(), true)
    return false
  })
  await clock.runUntil(20 * leaseMs)
  assert.deepEqual(numbers, new Set([1]))
  assert.equal(await store.lead('controller'), undefined)
  const closing = loop.close()
  await clock.runUntil(30 * leaseMs)
  await closing
  assert.ok(await store.lead('controller'), 'closing gives it up')
})

test('a frozen loop loses its lease, and what it decided is refused when it goes on', async () => {
  const { clock, store, start } = stage()
  const frozenClock = virtualClock(0)
  let goOn = () => {}
  let lead: Lead | undefined
  const frozen = start(async (own) => {
    lead = own
    await new Promise<void>((resolve) => {
      goOn = resolve
    })
    return false
  }, frozenClock)
  await frozenClock.runUntil(10)
  assert.equal(lead?.held(), true)
  let worked = 0
  const other = start(async () => {
    worked += 1
    return false
  })
  await clock.runUntil(leaseMs - 1)
  assert.equal(worked, 0)
  await clock.runUntil(leaseMs + 1001)
  assert.ok(worked > 0, 'another has taken over')
  assert.equal(lead?.held(), false)
  const late = lead?.fence()
  assert.equal(late?.number, 1)
  const result = await store.commit({ audit: draft('summary'), ...(late && { fence: late }) })
  assert.equal(result.outcome, 'conflict')
  goOn()
  await Promise.all([frozen.close(), other.close()])
})

test('work that hangs is no reason to keep others out', async () => {
  const { clock, store, start } = stage()
  const loop = start(() => new Promise(() => {}))
  await clock.runUntil(120_000)
  assert.equal(await store.lead('controller'), undefined)
  await clock.runUntil(120_000 + 2 * leaseMs)
  assert.ok(await store.lead('controller'))
  void loop.close()
})

test('work that hangs keeps others out no longer when the wall clock is set back', async () => {
  const { clock, store, start } = stage()
  let back = 0
  const own = { ...clock, now: () => clock.now() - back, steady: clock.now }
  const hung = start(() => new Promise(() => {}), own)
  await clock.runUntil(10)
  back = 3_600_000
  await clock.runUntil(150_000)
  assert.ok(await store.lead('controller'))
  void hung.close()
})

test('a lease that cannot be given up, since the store is away, is no fault of the end', async () => {
  const { clock, store } = stage()
  const away = () => Promise.reject(new Error('the store is away'))
  const lead = async (name: string) => {
    const lease = await store.lead(name)
    return lease && { ...lease, release: away }
  }
  const loop = startLeaderLoop({
    ...{ store: { lead }, name: 'controller', clock, everyMs: 1000, onError: assert.fail },
    work: async () => false,
  })
  await clock.runUntil(10)
  await loop.close()
  assert.equal(await store.lead('controller'), undefined, 'it ends with its time')
})
