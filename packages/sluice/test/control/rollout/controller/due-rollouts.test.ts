import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { startController } from '../../../../src/control/rollout/controller/controller.ts'
import { DueRollouts } from '../../../../src/control/rollout/controller/due-rollouts.ts'
import { checkpointName } from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { countingEngine } from '../../../support/controller/counting-engine.ts'
import { request, rollingStore } from '../../../support/controller/stage.ts'
import { toldFaults } from '../../../support/loop-faults.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { start } from '../../../support/store/store-samples.ts'

const features = ['a', 'b', 'c']
/** However many outcomes come, no rollout ends. */
const settings = { advance: 'manual' } as const

/** Three rollouts and their controller on a clock that stands still, with each look at one and each read of the store. */
async function threeRollouts() {
  const store = memoryStore()
  for (const feature of features) await rollingStore({ store, feature, rolloutId: `of-${feature}`, settings })
  const looks: string[] = []
  const reads: string[] = []
  const notification: ((rollouts: readonly string[] | null) => void)[] = []
  const changes: ((revision: number) => void)[] = []
  const state = { isLost: false }
  const counted = <Args extends unknown[], Result>(name: string, method: (...args: Args) => Promise<Result>) =>
    function read(...args: Args): Promise<Result> {
      reads.push(name)
      return state.isLost ? Promise.reject(new StoreError('unreachable', 'gone')) : method(...args)
    }
  const watched: Store = {
    ...store,
    ...{ features: counted('features', store.features), feature: counted('feature', store.feature) },
    ...{ readLog: counted('readLog', store.readLog), units: counted('units', store.units) },
    checkpoint(name, known) {
      if (features.some((feature) => name === checkpointName(`of-${feature}`))) looks.push(name.slice(-1))
      return counted('checkpoint', store.checkpoint)(name, known)
    },
    onAppend(listener) {
      notification.push(listener)
      return store.onAppend(listener)
    },
    onChange(listener) {
      changes.push(listener)
      return store.onChange(listener)
    },
  }
  const clock = manualClock(start)
  const loop = startController({ store: watched, clock, engine: countingEngine(), faults: toldFaults(clock) })
  /** Work that waits for no time is done. */
  async function settle(): Promise<void> {
    for (let turns = 0; turns < 50; turns += 1) {
      clock.advance(0)
      await turn()
    }
  }
  await settle()
  looks.length = 0
  return {
    ...{ store, clock, reads, state },
    tell(rollouts: readonly string[] | null) {
      for (const listener of notification) listener(rollouts)
    },
    change() {
      for (const listener of changes) listener(99)
    },
    append: (id: string, rolloutId: string | null, feature = 'a') =>
      store.append([request(id, { feature, rolloutId, receivedAt: clock.now() })]),
    /** The looks since the last call, once so many have been made and nothing goes on. */
    async looks(count: number): Promise<string[]> {
      await settle()
      assert.ok(looks.length >= count, `${count} looks, not ${looks}`)
      return looks.splice(0).sort()
    },
    [Symbol.asyncDispose]: () => loop.close(),
  }
}

test('news of one rollout are no reason to look at others, and all are looked at every second', async () => {
  await using world = await threeRollouts()
  const { clock } = world
  await world.append('1', 'of-b', 'b')
  assert.deepEqual(await world.looks(1), ['b'])
  assert.equal((await world.store.checkpoint(checkpointName('of-b')))?.cursor, 1)
  await world.append('2', null)
  await world.append('3', 'ended-long-ago')
  assert.deepEqual(await world.looks(0), [])
  // Counted from the look at all, not from the one at a single rollout.
  clock.advance(900)
  await world.append('4', 'of-c', 'c')
  assert.deepEqual(await world.looks(1), ['c'])
  clock.advance(99)
  assert.deepEqual(await world.looks(0), [])
  clock.advance(1)
  assert.deepEqual(await world.looks(3), features)
})

test('one that always has news keeps no other from being looked at, nor a new one from being found', () => {
  const clock = manualClock(start)
  const due = new DueRollouts(clock, 1000)
  let listed: string[] = []
  const look = (...running: string[]) => {
    const { isListOld, isDue } = due.take()
    if (isListOld) {
      listed = running
      due.listed(running)
    }
    const wanted = listed.filter(isDue)
    // A look takes a while: time counts from its end.
    clock.advance(50)
    due.assessed(wanted)
    return wanted.join(' ')
  }
  assert.equal(look('a', 'b'), 'a b')
  const looks = Array.from({ length: 9 }, () => {
    clock.advance(100)
    due.add(['b'])
    return look('a', 'b', 'new')
  })
  assert.deepEqual(looks, [...Array(6).fill('b'), 'a b new', 'b', 'b'])
  assert.equal(due.restMs(), 700)
})

test('all are looked at where it is not known which have news, where a release changes and after a failure', async () => {
  await using world = await threeRollouts()
  world.tell(null)
  assert.deepEqual(await world.looks(3), features)
  world.change()
  world.tell(['of-b'])
  assert.deepEqual(await world.looks(3), features)
  world.tell(Array.from({ length: 2000 }, (_, index) => `made-up-${index}`))
  assert.deepEqual(await world.looks(3), features)
  world.state.isLost = true
  await world.append('1', 'of-a')
  assert.deepEqual(await world.looks(1), ['a'])
  world.state.isLost = false
  // News of another one while it waits for the next attempt.
  world.tell(['of-b'])
  world.clock.advance(100)
  assert.deepEqual(await world.looks(3), features)
  assert.equal((await world.store.checkpoint(checkpointName('of-a')))?.cursor, 1)
})

test('a look that finds no entries takes four reads', async () => {
  await using world = await threeRollouts()
  world.reads.length = 0
  world.tell(['of-b'])
  await world.looks(1)
  assert.deepEqual(world.reads.sort(), ['checkpoint', 'checkpoint', 'feature', 'readLog'])
})
