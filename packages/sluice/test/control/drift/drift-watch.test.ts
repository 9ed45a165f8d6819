import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newDriftWatchState } from '../../../src/control/drift/drift-state.ts'
import { startDriftWatch } from '../../../src/control/drift/drift-watch.ts'
import { observeDrift } from '../../../src/control/drift/observe-drift.ts'
import { driftView, readDrift } from '../../../src/control/drift/read-drift.ts'
import { driftSignals } from '../../../src/control/drift/signals.ts'
import { applyEvent } from '../../../src/control/store/apply-event.ts'
import type { Store } from '../../../src/control/store/store.ts'
import type { PastNight } from '../../../src/records/past-night.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { by, byHand, canary, handClock, incumbent, publish } from '../../support/controller/stage.ts'
import { toldFaults } from '../../support/loop-faults.ts'
import { lastingLease } from '../../support/store/lasting-lease.ts'
import { start } from '../../support/store/store-samples.ts'
import { until } from '../../support/until.ts'
import { activeStore, entries, falling, judged, scoreOf, served } from './traffic.ts'

/** Runs a watch until it has seen the log to its end. */
async function watchAll(store: Store, { night }: { night?: PastNight } = {}) {
  const errors: unknown[] = []
  const clock = handClock()
  const faults = toldFaults(clock, (error) => errors.push(error))
  const watch = startDriftWatch({ store, clock, nightOf: () => night, faults })
  const [last] = (await store.readLog({ after: 0, limit: 100_000 })).slice(-1)
  await until(async () => (await store.checkpoint('drift:mail'))?.cursor === last?.seq, 'the end of the log')
  await watch.close()
  assert.deepEqual(errors, [])
}

const alarms = async (store: Store) => (await store.audit('mail')).filter(({ action }) => action === 'drift.alarm')

test('scores that fall in production alarm once, with the reference, the level and the false alarms in words', async () => {
  const store = await activeStore()
  await store.append(falling())
  await watchAll(store)
  const [row, ...others] = await alarms(store)
  assert.deepEqual(others, [])
  assert.match(
    row?.reason ?? '',
    /judged score has moved: 0\.[45]\d+ over \d+ in the \d+ hours from .*Z on, where 0\.\d+ is usual .*once in 60 days/,
  )
  assert.match(row?.reason ?? '', /The cause is unknown: no recent nightly gave a verdict/)
  assert.partialDeepStrictEqual(row?.evidence, { code: 'score', version: incumbent, suspect: { who: 'unknown' } })
  const view = await readDrift(store, 'mail')
  const short = { summary: store.summary, checkpoint: () => assert.fail('the whole state was read') }
  assert.deepEqual(await readDrift(short, 'mail'), view)
  assert.deepEqual(await readDrift({ ...store, summary: async () => undefined }, 'mail'), view)
  assert.equal(view?.events.length, 1)
  const again = view?.signals.find(({ signal }) => signal === 'score')
  assert.equal(again?.phase, 'week')
  assert.ok(Math.abs((again?.lately?.usual ?? 0) - 0.45) < 0.05, 'the new level is what is usual now')
  assert.match(
    again?.words ?? '',
    /^0\.4\d+ \(last \d+ judged answers, within 24 hours\), usually 0\.\d+; learning, \d of 14 days known: drops of less than 0\.\d+ raise no alarm$/,
  )
})

test('killed before its state was stored, the same alarm is not told twice', async () => {
  const store = await activeStore()
  await store.append(falling())
  let announced = false
  const dying: Store = {
    ...store,
    async commit(change) {
      const result = await store.commit(change)
      announced = true
      return result
    },
    saveCheckpoint: (name, expected, next, units) =>
      announced ? new Promise(() => {}) : store.saveCheckpoint(name, expected, next, units),
  }
  const clock = handClock()
  const dead = startDriftWatch({ store: dying, clock, nightOf: () => undefined, faults: toldFaults(clock) })
  await until(() => announced, 'the alarm')
  void dead.close()
  await watchAll({ ...store, lead: lastingLease() })
  assert.equal((await alarms(store)).length, 1)
})

test('one user counts once a day, and what a canary does is not looked at', async () => {
  const store = await activeStore()
  const busy = Array.from({ length: 50 }, (_, index) => served(index, 10_000, { unit: 'busy', error: 'boom' }))
  const canaries = Array.from({ length: 50 }, (_, index) =>
    served(1000 + index, 10_000, { arm: 'canary', version: canary, rolloutId: 'r1' }),
  )
  const other = served(2000, 10_000, { version: 'cccccccccccc' })
  const last = served(10_001, 10_000, { unit: 'busy' })
  await store.append([...busy, ...canaries, other, last])
  await watchAll(store)
  const view = await readDrift(store, 'mail')
  const errors = view?.signals.find(({ signal }) => signal === 'errors')
  assert.deepEqual([errors?.seen, errors?.heardAt], [2, last.receivedAt])
  assert.equal(view?.signals.find(({ signal }) => signal === 'score')?.heardAt, null, 'nothing was judged')
  const again = served(10_050, 10_000, { unit: 'busy', id: 'again' })
  await store.append([again, served(10_060, 10_000, { arm: 'canary', version: canary, rolloutId: 'r1' })])
  await watchAll(store)
  const later = (await readDrift(store, 'mail'))?.signals.find(({ signal }) => signal === 'errors')
  assert.deepEqual([later?.seen, later?.heardAt], [2, again.receivedAt], 'it came, though it does not count')
})

test('another model that is served is an event by itself, and the suspect of what follows', async () => {
  const store = await activeStore()
  const model = (index: number) => (index < 600 ? 'haiku-1' : 'haiku-2')
  const requests = Array.from({ length: 900 }, (_, index) =>
    served(index, 300, { servedModel: model(index), fingerprint: index % 2 ? 'fp-a' : 'fp-b' }),
  )
  await store.append([...requests, ...falling()])
  await watchAll(store)
  const rows = await alarms(store)
  assert.deepEqual(rows.map(({ evidence }) => (evidence as { code: string }).code).sort(), ['score', 'served-model'])
  assert.match(rows[0]?.reason ?? '', /now serves "haiku-2"/)
  assert.match(rows[1]?.reason ?? '', /Probably the provider: The provider now serves "haiku-2"/)
})

test('another judge starts the scores anew instead of raising an alarm of drift', async () => {
  const store = await activeStore()
  const scores = falling().map((entry, index) => (index < 800 ? entry : { ...entry, judgeId: 'judge-2' }))
  await store.append(scores)
  await watchAll(store)
  assert.deepEqual(
    (await alarms(store)).map(({ evidence }) => (evidence as { code: string }).code),
    ['judge-changed'],
  )
})

const night = (codes: string[], verdict: PastNight['verdict']): PastNight => ({
  at: start + 3 * 86_400_000,
  ...{ codes, verdict, version: 'v-1' },
  ...{ score: { mean: 0.9, ciLow: 0.85, ciHigh: 0.95 }, costUsd: 0.2, unpricedCalls: 0 },
})

for (const [name, word, who] of [
  ['its judge drifted', night(['judge-drift'], 'fail'), 'judge'],
  ['its provider drifted', night(['provider-drift'], 'fail'), 'provider'],
  ['it passed', night([], 'pass'), 'traffic'],
  ['it is long ago', { ...night([], 'pass'), at: 0 }, 'unknown'],
] as const) {
  test(`the nightly names the suspect: ${name}`, async () => {
    const store = await activeStore()
    await store.append(falling())
    await watchAll(store, { night: word })
    assert.partialDeepStrictEqual((await alarms(store))[0]?.evidence, { suspect: { who } })
  })
}

test('each user counts once on each day, and who came is forgotten with the day', async () => {
  const store = await activeStore()
  const day = (index: number) => served(index, 2, { unit: index % 2 === 0 ? 'u' : 'v' })
  await store.append([0, 0, 1, 2, 2, 3, 4].map((index, n) => ({ ...day(index), id: `r${n}` })))
  await watchAll(store)
  const seen = (await readDrift(store, 'mail'))?.signals.find(({ signal }) => signal === 'errors')?.seen
  assert.equal(seen, 5)
  assert.equal((await store.memories()).length, 1)
})

test('of what names no user, a process counts once a minute: a burst is no trend', async () => {
  const store = await activeStore()
  const burst = Array.from({ length: 100 }, (_, index) =>
    served(index, 1_000_000, { unit: null, instance: `app-${index % 2}`, error: 'boom' }),
  )
  const later = served(10_001, 10_000, { unit: null, instance: 'app-1', id: 'later' })
  await store.append([...burst, later])
  await watchAll(store)
  const seen = (await readDrift(store, 'mail'))?.signals.find(({ signal }) => signal === 'errors')?.seen
  assert.equal(seen, 3)
})

test('a state of before hours were told apart is read but for what it had learnt, which is told', async () => {
  const store = await activeStore()
  const names = { names: ['haiku-1'], since: start - 5 * 86_400_000 }
  const learning = { phase: 'learning', since: 0, seen: 3, sum: 2, squares: 2, values: [], every: 1 }
  const former = {
    ...newDriftWatchState(incumbent, start),
    models: names,
    judgeId: 'judge-1',
    detectors: Object.fromEntries(driftSignals.map((signal) => [signal, learning])),
  }
  await store.saveCheckpoint('drift:mail', -1, { cursor: 0, state: former })
  await store.append([served(1, 1000, { servedModel: 'haiku-2' }), judged(2, 1000, 0.8)])
  await watchAll(store)
  const view = await readDrift(store, 'mail')
  assert.deepEqual(view?.servedModels, ['haiku-1', 'haiku-2'])
  assert.equal(view?.events.length, 1)
  assert.equal(view?.signals[0]?.phase, 'level')
  const told = (await store.audit('mail')).filter(({ action }) => action === 'drift.reset')
  assert.equal(told.length, 1)
  assert.match(told[0]?.reason ?? '', /starts again: two days without alarms/)
  assert.equal(await store.checkpoint('aside:drift:mail'), undefined)
})

test('with another active version the watch begins anew', async () => {
  const store = await activeStore()
  await store.append(falling(700, () => 0.8))
  await watchAll(store)
  await applyEvent(store, 'mail', { type: 'activate', version: canary, reason: 'next' }, by, byHand)
  await store.append([judged(5000, 300, 0.4, { version: canary })])
  await watchAll(store)
  const view = await readDrift(store, 'mail')
  assert.equal(view?.version, canary)
  assert.equal(view?.signals.find(({ signal }) => signal === 'score')?.seen, 1)
  assert.deepEqual(await alarms(store), [])
})

test('an absurd measure of before there were bounds, and a state that cannot be read, stop no feature', async () => {
  const store = await activeStore()
  for (const id of [incumbent, canary]) await publish(store, 'a-toy', id)
  await applyEvent(store, 'a-toy', { type: 'activate', version: incumbent, reason: 'first' }, by, byHand)
  await store.append([served(0, 10_000, { id: 'toy', feature: 'a-toy', latencyMs: 1e200 })])
  const broken = { version: incumbent, detectors: { latency: { squares: null } } }
  await store.saveCheckpoint('drift:a-toy', -1, { cursor: 0, state: broken })
  await store.append([served(2, 10_000, { id: 'toy 2', feature: 'a-toy' }), served(1, 10_000)])
  await watchAll(store)
  await until(async () => (await readDrift(store, 'a-toy')) !== null, 'the new beginning')
  assert.deepEqual((await store.checkpoint('aside:drift:a-toy'))?.state, broken)
  const rows = (await store.audit('a-toy')).filter(({ action }) => action === 'drift.reset')
  assert.match(rows[0]?.reason ?? '', /could not be read and was set aside as "aside:drift:a-toy"/)
  const seen = (await readDrift(store, 'mail'))?.signals.find(({ signal }) => signal === 'errors')?.seen
  assert.equal(seen, 1)
})

test('whatever names a client reports, there is one alarm of each kind a day, with the name in quotes and cut', async () => {
  const store = await activeStore()
  const perDay = 200
  const names = Array.from({ length: 3 * perDay }, (_, index) =>
    served(index, perDay, {
      servedModel: `"<!channel>"\u001b[2J ${index} ${'x'.repeat(150)}`,
      fingerprint: `f${index}`,
    }),
  )
  await store.append(names)
  await watchAll(store)
  const told = await alarms(store)
  assert.equal(told.length, 4)
  assert.match(told[0]?.reason ?? '', /serves "'<!channel>'␛\[2J 2\d+ x+ … \(\d+ more characters\)", which/)
})

/** What is said of scores of which thirty a day are as usual for three weeks, and then `mean` for `last` answers. */
function saidAfter(mean: number, last = 30) {
  const random = seededRandom(3)
  const count = 660 + last
  const drafts = Array.from({ length: count }, (_, n) => judged(n, 30, scoreOf(random, n < 660 ? 0.8 : mean)))
  const state = newDriftWatchState(incumbent, start)
  const alarms = entries(drafts).flatMap((entry) => observeDrift(state, entry, undefined).events)
  return { alarms, words: driftView(state).signals.find(({ signal }) => signal === 'score')?.words ?? '' }
}

test('a move beyond the limit of which there are too few answers is said to be open, and how many are missing', () => {
  const open =
    /, usually 0\.\d+: more than the limit, and too few to tell: about 150 more like these are missing; watching for/
  const few = saidAfter(0.7)
  assert.match(few.words, open)
  assert.deepEqual(few.alarms, [])
  assert.equal(saidAfter(0.7, 200).alarms.length, 1)
  assert.match(
    saidAfter(0.77).words,
    /^0\.7\d+ \(last \d+ judged answers, within 24 hours\), usually 0\.763; watching for drops of more than 0\.\d+$/,
  )
})
