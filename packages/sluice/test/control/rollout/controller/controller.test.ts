import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { readAssessment } from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { StoreError, type StoreFault } from '../../../../src/control/store/store-error.ts'
import {
  actions,
  control,
  untilEnded,
  untilHeld,
  untilRollout,
  untilSeen,
} from '../../../support/controller/control.ts'
import { countingEngine } from '../../../support/controller/counting-engine.ts'
import { replay } from '../../../support/controller/replay-assessment.ts'
import { by, byHand, canary, failures, incumbent, request, rollingStore } from '../../../support/controller/stage.ts'
import { start } from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

const hour = 3_600_000

test('evidence rolls back, once, and the record holds it in words and numbers', async () => {
  const store = await rollingStore()
  await using _ = control(store)
  await store.append(failures(3))
  await untilEnded(store, 'rolledBack')
  const row = (await store.audit('mail')).at(-1)
  assert.equal(row?.action, 'rollout.rollBack')
  assert.equal(row?.actor, 'sluice')
  assert.equal(row?.reason, '3 of 3 users of the canary met an error.')
  assert.partialDeepStrictEqual(row?.evidence, { logE: 3 })
  assert.deepEqual(await store.feature('mail').then((state) => [state?.active, state?.rolledBack]), [
    incumbent,
    [canary],
  ])
  assert.equal((await readAssessment(store, 'r1'))?.decision.do, 'rollBack')
})

test('stages advance to a promotion, each step once', async () => {
  const store = await rollingStore()
  await using _ = control(store)
  await store.append(Array.from({ length: 5 }, (_, index) => request(`${index}`)))
  await untilEnded(store, 'promoted')
  const steps = (await actions(store)).filter((action) => action !== 'rollout.hold')
  assert.deepEqual(steps, ['rollout.advance', 'rollout.advance', 'rollout.advance', 'rollout.promote'])
})

test('no data neither promotes nor rolls back', async () => {
  const store = await rollingStore()
  await using running = control(store)
  running.clock.at += 1000 * hour
  await untilHeld(store)
  assert.deepEqual(
    (await actions(store)).filter((action) => action !== 'rollout.stuck'),
    ['rollout.hold'],
  )
})

test('by hand nothing advances, but a rollback still comes, paused or not', async () => {
  const store = await rollingStore({ settings: { advance: 'manual' } })
  await using _ = control(store)
  await store.append(Array.from({ length: 9 }, (_, index) => request(`${index}`)))
  await store.append([request('marker')])
  await untilSeen(store, 10)
  assert.deepEqual(await actions(store), [])
  await applyEvent(store, 'mail', { type: 'pause', reason: 'lunch' }, by, byHand)
  await store.append(failures(3))
  await untilEnded(store, 'rolledBack')
})

test('watched time advances without evidence, the clock alone does not, and too few users are not promoted', async () => {
  const stages = [10_000, 500_000].map((ppm) => ({ ppm, soakMs: 20_000 }))
  const store = await rollingStore({ settings: { advance: 'soak', minUsers: 9, stages } })
  await using running = control(store)
  let seen = 0
  const watch = async (stage: number, steps: number) => {
    for (let step = 0; step < steps; step += 1) {
      running.clock.at += 5000
      seen += 1
      await store.append([request(`${seen}`, { stage, receivedAt: running.clock.at })])
      await untilSeen(store, seen)
    }
  }
  running.clock.at += 24 * hour
  await untilHeld(store)
  await watch(0, 3)
  running.clock.at += 24 * hour
  await untilHeld(store)
  await watch(0, 2)
  await untilRollout(store, 'stage 2', ({ stage }) => stage === 1)
  running.clock.at += 24 * hour
  await untilHeld(store)
  await watch(1, 3)
  assert.equal((await store.feature('mail'))?.rollout?.stage, 1)
  await watch(1, 1)
  await untilEnded(store, 'promoted')
})

test('nothing advances on the first page of the log while the next one speaks against it', async () => {
  const store = await rollingStore()
  const good = Array.from({ length: 1000 }, (_, index) => request(`${index}`))
  await store.append([...good, ...failures(3)])
  await using _ = control(store)
  await untilEnded(store, 'rolledBack')
  assert.deepEqual(await actions(store), ['rollout.rollBack'])
})

test('an alert is on record once, however often it is seen', async () => {
  const store = await rollingStore({ settings: { advance: 'manual' } })
  let commits = 0
  const counted: Store = {
    ...store,
    commit(change) {
      commits += 1
      return store.commit(change)
    },
  }
  const first = control(counted)
  await store.append(failures(2))
  const told = async () => (await actions(store)).filter((action) => action === 'rollout.alert').length
  await until(async () => (await told()) === 1, 'the alert')
  await first.close()
  await using second = control(counted)
  await store.append([request('another')])
  second.clock.at += hour
  await untilSeen(store, 3)
  assert.deepEqual([await told(), commits], [1, 1])
})

test('a rollout that is held for half a day is stuck, which is told once', async () => {
  const store = await rollingStore()
  await using running = control(store)
  const stuck = async () => (await actions(store)).filter((action) => action === 'rollout.stuck').length
  await untilHeld(store)
  await store.append([request('1')])
  // Half a day is counted from the first look that finds it held.
  await untilSeen(store, 1)
  assert.equal(await stuck(), 0)
  running.clock.at = start + 13 * hour
  await until(async () => (await stuck()) === 1, 'word of it')
  running.clock.at += 13 * hour
  await store.append([request('2')])
  await untilSeen(store, 2)
  assert.equal(await stuck(), 1)
})

test('replayed from the log alone it decides the same', async () => {
  const store = await rollingStore()
  const running = control(store)
  for (let from = 0; from < 2500; from += 500)
    await store.append(
      Array.from({ length: 500 }, (_, index) =>
        request(`${from + index}`, { arm: 'incumbent', unit: `u${index % 90}` }),
      ),
    )
  await store.append(failures(3))
  await untilEnded(store, 'rolledBack')
  await running.close()
  const result = await replay(store, countingEngine(), 'r1')
  assert.deepEqual(result?.replayed, result?.stored)
  assert.equal(result?.replayed.cursor, 2503)
})

test('while the judge fails the canary is held and says so, and errors still roll it back', async () => {
  const store = await rollingStore()
  const failing = { failingSince: start, failures: 3, code: 'overloaded' }
  await store.saveCheckpoint('judge:mail', -1, { cursor: 0, state: failing })
  await using _ = control(store)
  await store.append(Array.from({ length: 6 }, (_, index) => request(`${index}`)))
  await untilSeen(store, 6)
  assert.match((await readAssessment(store, 'r1'))?.words ?? '', /judge has failed 3 times in a row \(overloaded\)/)
  assert.equal((await store.feature('mail'))?.rollout?.stage, 0)
  await store.append(failures(3))
  await untilEnded(store, 'rolledBack')
})

test('a canary whose scores have no say does not wait for the judge', async () => {
  const signals = { score: 0, errors: 1, slow: 0, safety: 0, feedback: 0 }
  const store = await rollingStore({ settings: { signals } })
  const failing = { failingSince: start, failures: 3, message: 'overloaded' }
  await store.saveCheckpoint('judge:mail', -1, { cursor: 0, state: failing })
  await using _ = control(store)
  await store.append(Array.from({ length: 6 }, (_, index) => request(`${index}`)))
  await untilEnded(store, 'promoted')
})

test('many rollouts are not looked at in one turn, so that requests are answered in between', async () => {
  const store = await rollingStore()
  const ids = Array.from({ length: 24 }, (_, index) => `many-${index}`)
  for (const rolloutId of ids) await rollingStore({ store, feature: rolloutId, rolloutId })
  let turns = 0
  let immediate: NodeJS.Immediate
  const next = () => {
    turns += 1
    immediate = setImmediate(next)
  }
  const begun = new Map<number, number>()
  const seen = new Set<string>()
  next()
  await using _ = control({
    ...store,
    checkpoint(name) {
      if (name.startsWith('rollout:') && !seen.has(name)) {
        seen.add(name)
        begun.set(turns, (begun.get(turns) ?? 0) + 1)
      }
      return store.checkpoint(name)
    },
  })
  await until(() => seen.size > ids.length, 'all to be looked at').finally(() => clearImmediate(immediate))
  assert.ok(Math.max(...begun.values()) <= 1, [...begun.values()].join(' '))
})

test('rollouts are looked at one after the other; a store that does not answer is not asked for the rest, a busy one is', async () => {
  const store = await rollingStore()
  const ids = Array.from({ length: 8 }, (_, index) => `one-${index}`)
  for (const rolloutId of ids) await rollingStore({ store, feature: rolloutId, rolloutId })
  let underWay = 0
  let most = 0
  let fault: StoreFault | null = null
  /** The rollouts of each look, which begins with a list of them where the one before has failed. */
  const looks: Set<string>[] = [new Set()]
  const far: Store = {
    ...store,
    isShared: true,
    features() {
      looks.push(new Set())
      return store.features()
    },
    async checkpoint(name) {
      if (!name.startsWith('rollout:')) return store.checkpoint(name)
      looks.at(-1)?.add(name)
      if (fault) throw new StoreError(fault, 'not now')
      underWay += 1
      most = Math.max(most, underWay)
      await turn()
      await turn()
      underWay -= 1
      return store.checkpoint(name)
    },
  }
  await using _ = control(far)
  await until(() => looks.some(({ size }) => size > ids.length), 'all to be looked at')
  assert.equal(most, 1)
  for (const [kind, expected] of [
    ['unreachable', 1],
    ['busy', ids.length + 1],
  ] as const) {
    fault = kind
    const before = looks.length
    await until(() => looks.length >= before + 3, 'two more looks')
    assert.equal(looks[before + 1]?.size, expected, kind)
  }
})
