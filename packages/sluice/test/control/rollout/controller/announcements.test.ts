import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkpointName, loadCheckpoint } from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { actions, control, untilSeen } from '../../../support/controller/control.ts'
import { countingEngine } from '../../../support/controller/counting-engine.ts'
import { handClock, request, rollingStore } from '../../../support/controller/stage.ts'
import { until } from '../../../support/until.ts'

const minute = 60_000
const code = 'no-outcomes'

/** A rollout of which a test says whether it has an alert. */
async function alertedRollout() {
  const store = await rollingStore({ settings: { advance: 'manual' } })
  const clock = handClock()
  let isAlerted = false
  let seen = 0
  const counting = countingEngine()
  const engine: typeof counting = {
    ...counting,
    assess: (...given) => ({
      ...counting.assess(...given),
      alerts: isAlerted ? [{ code, message: 'no outcomes come' }] : [],
    }),
  }
  return {
    store,
    clock,
    /** The controller, as it is started on the same store once more. */
    lead: (on: Store = store) => control(on, { clock, engine }),
    /** Is looked at some minutes later, with the alert or without. */
    async look(minutes: number, alerted: boolean) {
      clock.at += minutes * minute
      isAlerted = alerted
      seen += 1
      await store.append([request(`${seen}`)])
      await untilSeen(store, seen)
    },
    told: async () => (await actions(store)).filter((action) => action === 'rollout.alert').length,
  }
}

test('an alert that was gone for an hour is told again, also by another leader, and each time once', async () => {
  const { store, lead, look, told } = await alertedRollout()
  {
    await using _ = lead()
    await look(0, true)
    await look(30, true)
    assert.equal(await told(), 1)
    await look(1, false)
    await look(40, false)
  }
  await using _ = lead()
  await look(20, true)
  assert.equal(await told(), 2, 'it went an hour ago')
  await look(90, true)
  await look(1, true)
  assert.equal(await told(), 2, 'it was not gone since')
  for (const _ of [3, 4]) {
    await look(1, false)
    await look(60, true)
  }
  assert.equal(await told(), 4)
  const kept = await loadCheckpoint(store, 'r1')
  assert.deepEqual([kept?.checkpoint.announced, kept?.checkpoint.goneAt], [[`r1 ${code}`], {}], 'of constant size')
})

test('an alert that flickers is told once', async () => {
  const { lead, look, told, clock } = await alertedRollout()
  await using _ = lead()
  for (let round = 0; round < 30; round += 1) {
    await look(5, true)
    await look(5, false)
  }
  assert.equal(await told(), 1)
  await look(59, true)
  assert.equal(await told(), 1)
  // The clock was ahead while it went, and is set back.
  clock.at += 600 * minute
  await look(1, false)
  await look(-600, false)
  await look(60, true)
  assert.equal(await told(), 2)
})

test('an alert that comes back is told once though the pass that told it was not stored', async () => {
  const { store, lead, look, told, clock } = await alertedRollout()
  {
    await using _ = lead()
    await look(0, true)
    await look(1, false)
  }
  let failures = 0
  await using _ = lead({
    ...store,
    async saveCheckpoint(...given) {
      if (given[0] !== checkpointName('r1') || failures > 0) return store.saveCheckpoint(...given)
      failures += 1
      clock.at += minute
      throw new StoreError('busy', 'not now')
    },
  })
  await look(120, true)
  await until(async () => (await told()) > 1, 'word of it')
  assert.deepEqual([failures, await told()], [1, 2])
})

test('of what an earlier version has announced it is not known when it went, so that it counts from now on', async () => {
  const { store, lead, look, told } = await alertedRollout()
  {
    await using _ = lead()
    await look(0, true)
    await look(1, false)
  }
  const kept = await loadCheckpoint(store, 'r1')
  assert.ok(kept)
  const { goneAt, ...earlier } = kept.checkpoint
  assert.ok(await store.saveCheckpoint(checkpointName('r1'), kept.stored, { cursor: kept.stored, state: earlier }))
  await using _ = lead()
  await look(59, false)
  await look(59, true)
  assert.equal(await told(), 1)
  await look(1, false)
  await look(60, true)
  assert.equal(await told(), 2)
})
