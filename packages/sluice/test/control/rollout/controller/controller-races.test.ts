import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startController } from '../../../../src/control/rollout/controller/controller.ts'
import { checkpointName } from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { StoreError } from '../../../../src/control/store/store-error.ts'
import { actions, control, untilEnded, untilSeen } from '../../../support/controller/control.ts'
import { countingEngine } from '../../../support/controller/counting-engine.ts'
import { replay } from '../../../support/controller/replay-assessment.ts'
import {
  by,
  byHand,
  failures,
  handClock,
  request,
  rollingStore,
  startRollout,
} from '../../../support/controller/stage.ts'
import { toldFaults } from '../../../support/loop-faults.ts'
import { lastingLease } from '../../../support/store/lasting-lease.ts'
import { until } from '../../../support/until.ts'

test('killed between decision and rollback, the next one finishes it exactly once', async () => {
  const store = await rollingStore()
  let commits = 0
  const dying: Store = {
    ...store,
    commit: () => {
      commits += 1
      return new Promise(() => {})
    },
  }
  const clock = handClock()
  const first = startController({ store: dying, clock, engine: countingEngine(), faults: toldFaults(clock) })
  await store.append(failures(3))
  await until(() => commits > 0, 'the decision')
  void first.close()
  // The dead process was the first holder of the lease, which has ended.
  const reborn: Store = { ...store, lead: lastingLease(1) }
  await using _ = control(reborn)
  await untilEnded(store, 'rolledBack')
  assert.equal((await actions(store)).filter((action) => action === 'rollout.rollBack').length, 1)
  assert.deepEqual((await store.checkpoint(checkpointName('r1')))?.cursor, 3)
})

test('two that both think they lead count nothing twice and act once', async () => {
  const store = await rollingStore()
  const both: Store = { ...store, lead: lastingLease() }
  await using _ = control(both)
  await using __ = control(both)
  for (const entry of failures(30, { error: null })) await store.append([entry])
  await untilEnded(store, 'promoted')
  const steps = (await actions(store)).filter((action) => action !== 'rollout.hold')
  assert.deepEqual(steps, ['rollout.advance', 'rollout.advance', 'rollout.advance', 'rollout.promote'])
  const replayed = await replay(store, countingEngine(), 'r1')
  assert.deepEqual(replayed?.replayed, replayed?.stored)
})

test('of two controllers on one store one works, and the other takes over', async () => {
  const store = await rollingStore()
  const first = control(store)
  let looks = 0
  const second: Store = {
    ...store,
    features() {
      looks += 1
      return store.features()
    },
  }
  await using _ = control(second)
  await store.append([request('1')])
  await untilSeen(store, 1)
  assert.equal(looks, 0)
  await first.close()
  await store.append([request('2')])
  await untilSeen(store, 2)
})

test('a look that somebody else has outrun decides nothing', async () => {
  const store = await rollingStore()
  let refused = 0
  const outrun: Store = {
    ...store,
    async saveCheckpoint() {
      refused += 1
      return false
    },
  }
  await using _ = control(outrun)
  await store.append(failures(3))
  await until(() => refused > 5, 'some looks')
  assert.deepEqual(await actions(store), [])
})

test('what somebody else has ended in the last moment stays ended, and is no failure', async () => {
  const store = await rollingStore()
  let rival = true
  const slow: Store = {
    ...store,
    async commit(change) {
      if (rival) {
        rival = false
        await applyEvent(store, 'mail', { type: 'abort', reason: 'by hand' }, by, byHand)
      }
      return store.commit(change)
    },
  }
  await using running = control(slow)
  await store.append(failures(3))
  await until(() => !rival, 'the rollback to be tried')
  await untilEnded(store, 'aborted')
  await running.close()
  assert.deepEqual(running.errors, [])
  assert.deepEqual(await actions(store), [])
})

test('a rollout that was superseded meanwhile is left alone, and its successor watched', async () => {
  const store = await rollingStore()
  await store.append(failures(3))
  await startRollout(store, 'mail', 'r2', {}, true)
  await using _ = control(store)
  await store.append([request('late', { rolloutId: 'r1', error: 'boom' })])
  await store.append(failures(3, { rolloutId: 'r2' }).map((entry) => ({ ...entry, id: `r2 ${entry.id}` })))
  await untilEnded(store, 'rolledBack')
  const ended = (await store.audit('mail')).filter(({ action }) => action === 'rollout.rollBack')
  assert.equal(ended.length, 1)
  assert.partialDeepStrictEqual(ended[0]?.after, { rollout: { id: 'r2' } })
})

test('a store that is lost for a minute loses no decision, and is not hammered', async () => {
  const store = await rollingStore()
  let lost = false
  const cut =
    <Args extends unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      lost ? Promise.reject(new StoreError('unreachable', 'gone')) : method(...args)
  const shaky: Store = {
    ...store,
    features: cut(store.features),
    readLog: cut(store.readLog),
    commit: cut(store.commit),
  }
  const waits: number[] = []
  const clock = handClock()
  const loop = startController({
    store: shaky,
    clock,
    engine: countingEngine(),
    faults: toldFaults(clock, (_error, waitMs) => waits.push(waitMs)),
  })
  await store.append(failures(2))
  lost = true
  await until(() => waits.length >= 8, 'failures')
  await store.append([request('third', { error: 'boom' })])
  lost = false
  await untilEnded(store, 'rolledBack')
  await loop.close()
  assert.deepEqual(waits.slice(0, 8), [100, 200, 400, 800, 1600, 3200, 5000, 5000])
})
