import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rollout } from '../../src/release/rollout.ts'
import { startController } from '../../src/rollout/controller.ts'
import { replay } from '../../src/rollout/replay.ts'
import { foldName, readAssessment } from '../../src/rollout/rollout-fold.ts'
import { applyEvent } from '../../src/store/apply-event.ts'
import type { Store } from '../../src/store/store.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { start } from '../store/contract/samples.ts'
import { until } from '../support/until.ts'
import { countingEngine } from './controller/counting-engine.ts'
import {
  by,
  byHand,
  canary,
  failures,
  handClock,
  incumbent,
  request,
  rollingStore,
  startRollout,
} from './controller/stage.ts'

const hour = 3_600_000

function control(store: Store, { clock = handClock(), engine = countingEngine() } = {}) {
  const errors: unknown[] = []
  const loop = startController({ store, clock, engine, onError: (error) => errors.push(error) })
  return { clock, errors, [Symbol.asyncDispose]: () => loop.close(), close: () => loop.close() }
}

async function actions(store: Store): Promise<string[]> {
  return (await store.audit('mail')).filter(({ actor }) => actor === 'sluice').map(({ action }) => action)
}

/** Waits until the rollout of `mail` is as wanted. */
const untilRollout = (store: Store, what: string, wanted: (rollout: Rollout) => boolean) =>
  until(async () => {
    const rollout = (await store.feature('mail'))?.rollout
    return rollout ? wanted(rollout) : false
  }, what)

const untilEnded = (store: Store, end: Rollout['status']) =>
  untilRollout(store, `it to be ${end}`, ({ status }) => status === end)

const untilHeld = (store: Store) => untilRollout(store, 'the hold', ({ hold }) => hold === 'insufficientData')

/** Waits until so many entries of the log are in the stored assessment. */
const untilSeen = (store: Store, cursor: number) =>
  until(async () => (await readAssessment(store, 'r1'))?.cursor === cursor, `entry ${cursor} to be seen`)

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

test('soak time advances without evidence, but promotes only what enough users have met', async () => {
  const store = await rollingStore({ settings: { advance: 'soak', minUsers: 2 } })
  await using running = control(store)
  for (const stage of [1, 2, 3]) {
    running.clock.at += 24 * hour
    await untilRollout(store, `stage ${stage}`, (rollout) => rollout.stage === stage)
  }
  running.clock.at += 24 * hour
  await untilHeld(store)
  await store.append([request('1'), request('2')])
  await untilEnded(store, 'promoted')
})

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
  const first = startController({ store: dying, clock: handClock(), engine: countingEngine(), onError: () => {} })
  await store.append(failures(3))
  await until(() => commits > 0, 'the decision')
  void first.close()
  // The dead process's lock ends with its connection.
  const reborn: Store = { ...store, lead: async () => ({ held: () => true, release: async () => {} }) }
  await using _ = control(reborn)
  await untilEnded(store, 'rolledBack')
  assert.equal((await actions(store)).filter((action) => action === 'rollout.rollBack').length, 1)
  assert.deepEqual((await store.checkpoint(foldName('r1')))?.cursor, 3)
})

test('two that both think they lead count nothing twice and act once', async () => {
  const store = await rollingStore()
  const both: Store = { ...store, lead: async () => ({ held: () => true, release: async () => {} }) }
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

test('nothing advances on the first page of the log while the next one speaks against it', async () => {
  const store = await rollingStore()
  const good = Array.from({ length: 1000 }, (_, index) => request(`${index}`))
  await store.append([...good, ...failures(3)])
  await using _ = control(store)
  await untilEnded(store, 'rolledBack')
  assert.deepEqual(await actions(store), ['rollout.rollBack'])
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
    onError: (_error, waitMs) => waits.push(waitMs),
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
  const failing = { failingSince: start, failures: 3, message: 'overloaded' }
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
