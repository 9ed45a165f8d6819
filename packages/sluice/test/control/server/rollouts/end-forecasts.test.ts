import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEndForecasts, type TimedForecast } from '../../../../src/control/server/rollouts/end-forecasts.ts'
import type { Forecaster, ForecastResult, Unforetold } from '../../../../src/control/server/rollouts/forecaster.ts'
import type { EndForecast } from '../../../../src/records/rollout/end-chances.ts'
import { defaultRolloutSettings } from '../../../../src/records/rollout/rollout-settings.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { settled } from '../../../support/control-plane/launched.ts'
import { hiddenFields, signedIn } from '../../../support/control-plane/visitor.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { startOf, withTraffic } from '../../../support/rollout/feature-traffic.ts'
import { until } from '../../../support/until.ts'

const forecasterOf = (end: Forecaster['end']): Forecaster => ({
  end,
  remedies: async () => [],
  fault: () => null,
  close: async () => undefined,
})

const endHours = { earliest: 10, median: 20, latest: 30, chance: 0.8 }
const decided: EndForecast = {
  ...{ runs: 60, harm: 'a score lower by 0.05', patienceHours: 96, followedHours: 96 },
  ...{ requestsPerDay: null, pastHours: null },
  asGood: { worseBy: 0, promoted: 1, rolledBack: 0, undecided: 0, weak: 0, endHours },
  worse: { worseBy: 1, promoted: 0, rolledBack: 1, undecided: 0, weak: 0, endHours },
}

/** Answers nothing before it is told to. */
function heldForecaster() {
  const held: { perDay: number; answer(found: ForecastResult): void }[] = []
  const forecaster = forecasterOf(
    ({ traffic }) =>
      new Promise<ForecastResult>((answer) => {
        held.push({ perDay: traffic.requestsPerDay, answer })
      }),
  )
  const asked = () => held.map(({ perDay }) => perDay)
  const answer = (index: number, found: ForecastResult = decided) => held[index]?.answer(found)
  return { forecaster, asked, answer }
}

const outcome = (asked: Promise<TimedForecast | Unforetold>) =>
  asked
    .then((found) => (typeof found === 'string' ? found : found.forecast))
    .catch((error: { details: { status: number; code: string } }) => [error.details.status, error.details.code])
const busy = [503, 'forecasts-busy']

test('of one feature one forecast is under way and the newest waits, and other features have their own turns', async () => {
  const { forecaster, asked, answer } = heldForecaster()
  const log = { readLog: async () => [] }
  const forecasts = createEndForecasts({ log, clock: manualClock(), forecaster })
  const ask = (feature: string, requestsPerDay: number) => {
    const judging = { judged: 0, judgedIncumbents: 0, judgeUsd: null }
    const traffic = { requestsPerDay, users: null, perVisit: 1, errorRate: 0, deviation: 0.2, ...judging }
    const question = { traffic, measured: null, settings: defaultRolloutSettings, start: 0 }
    return outcome(forecasts.forecast({ feature, key: `${requestsPerDay}` }, question))
  }
  const first = ask('mine', 1)
  const replaced = [2, 3, 4, 5].map((perDay) => ask(perDay === 3 ? 'mine@staging' : 'mine', perDay))
  const newest = ask('mine', 6)
  const theirs = ask('theirs', 7)
  assert.deepEqual(asked(), [1, 7])
  assert.deepEqual(await Promise.all(replaced), [busy, busy, busy, busy])
  answer(0)
  assert.deepEqual(await first, decided)
  await until(() => asked().length === 3, 'the newest one')
  assert.deepEqual(asked(), [1, 7, 6])
  answer(1)
  answer(2)
  assert.deepEqual([await newest, await theirs], [decided, decided])
  void ask('mine', 8)
  assert.deepEqual(asked(), [1, 7, 6, 8], 'its turn is free again')
})

test('where forecasts of too many features are under way, a rollout starts if it is accepted that it may end undecided', async () => {
  const { forecaster, asked, answer } = heldForecaster()
  await using plane = await testPlane({ forecaster })
  const { canary } = await withTraffic(plane, 300)
  const others = ['g1', 'g2', 'g3', 'g4', 'g5'].map(async (feature) => {
    const [active, version] = [await plane.publish(feature, 'a'), await plane.publish(feature, 'b')]
    await plane.ask(`PUT /v1/features/${feature}/active`, {
      as: 'operator',
      body: { version: active, reason: 'launch' },
    })
    const body = { version, traffic: { requestsPerDay: 300 } }
    return plane.ask(`POST /v1/features/${feature}/rollouts`, { as: 'operator', body })
  })
  await until(() => asked().length === others.length, 'the forecasts of the others')
  const refused = await startOf(plane, { version: canary })
  assert.deepEqual([refused.status, refused.body.code], busy)
  assert.match(refused.body.detail, /ask again in a few seconds\. To start it anyway: acceptUndecided: true/)
  assert.equal((await startOf(plane, { version: canary, acceptUndecided: true })).status, 201)
  for (const index of others.keys()) answer(index)
  for (const { status } of await Promise.all(others)) assert.equal(status, 201)
})

for (const found of ['late', 'slower'] as const)
  test(`a rollout of which no forecast could be made (${found}) starts only where it is accepted that it may end undecided`, async () => {
    await using plane = await testPlane({ forecaster: forecasterOf(async () => found) })
    const { canary } = await withTraffic(plane, 300)
    const refused = await startOf(plane, { version: canary })
    assert.deepEqual(
      [refused.status, refused.body.code, refused.headers.get('retry-after')],
      [503, 'forecasts-late', '60'],
    )
    assert.match(
      refused.body.detail,
      /^When it ends could not be computed in time, .* To start it anyway: acceptUndecided: true \(sluice rollout start --accept-undecided\)\.$/,
    )
    assert.equal((await plane.store.feature('f'))?.rollout, null)
    const known = async () => Object.keys(Object((await plane.store.audit('f')).at(-1)?.evidence))
    const timed = { advance: 'soak', stages: [{ percent: 50, soak: '4h' }] }
    assert.equal((await startOf(plane, { version: canary, settings: timed })).status, 201, 'time decides it')
    assert.ok(!(await known()).includes('acceptUndecided'))
    assert.equal((await startOf(plane, { version: canary, supersede: true, acceptUndecided: true })).status, 201)
    assert.ok((await known()).includes('acceptUndecided') && !(await known()).includes('forecast'))
  })

const tick = /How this rollout ends could not be computed: it may end undecided\..*name="acceptUndecided"/s

test('the page of a start of which no forecast could be made asks whether an end without a decision is accepted', async () => {
  await using plane = await testPlane({ forecaster: forecasterOf(async () => 'late') })
  const { canary } = await withTraffic(plane, 300)
  const ann = await signedIn(plane, 'operator')
  const page = await ann.page(`/features/f/start?version=${canary}`)
  assert.match(page, /When it ends could not be computed in time, since the machine is busy/)
  assert.match(page, tick)
  const form = { ...hiddenFields(page), reason: 'shorter <answers>' }
  const refused = await ann.send('/features/f/start', form)
  assert.equal(refused.status, 503)
  const again = await refused.text()
  assert.match(again, /Nothing was done\.<\/b> When it ends could not be computed in time/)
  assert.match(again, tick)
  assert.match(again, /shorter &lt;answers&gt;<\/textarea>/)
  const accepted = { ...hiddenFields(again), reason: form.reason, acceptUndecided: 'yes' }
  assert.equal((await ann.send('/features/f/start', accepted)).status, 303)
})

test('a start that is sent before it is foretold, and refused then, can be accepted though it is computed anew', async () => {
  const { forecaster, asked, answer } = heldForecaster()
  await using plane = await testPlane({ forecaster })
  const { canary } = await withTraffic(plane, 300)
  const ann = await signedIn(plane, 'operator')
  const path = `/features/f/start?version=${canary}`
  const page = await settled(plane, ann.page(path))
  assert.match(page, /When it ends is being computed/)
  assert.doesNotMatch(page, /name="acceptUndecided"/)
  const form = { ...hiddenFields(page), reason: 'shorter' }
  answer(0, 'late')
  const sent = ann.send('/features/f/start', form)
  await until(() => asked().length === 2, 'the next attempt')
  answer(1, 'late')
  const refused = await settled(plane, sent)
  assert.equal(refused.status, 503)
  const again = await refused.text()
  assert.match(again, /When it ends is being computed/)
  assert.match(again, tick)
  answer(2)
  assert.match(await ann.page(path), /If the canary is as good: 100 of 100 promoted by proof/)
  const last = { ...hiddenFields(again), reason: 'shorter' }
  assert.equal((await ann.send('/features/f/start', last)).status, 303)
  assert.equal(asked().length, 3, 'what the page has found is not computed once more for the form')
})

test('a forecast has the time at which it was made, with a patience beyond what is followed too', async () => {
  const long = { ...decided, patienceHours: 90 * 24, followedHours: 60 * 24 }
  await using plane = await testPlane({ forecaster: forecasterOf(async () => long) })
  const { canary } = await withTraffic(plane, 300)
  const { body: rollout } = await startOf(plane, { version: canary, settings: { patience: '90d' } })
  const madeAt = plane.clock.now()
  const answer = async () => (await plane.ask(`GET /v1/rollouts/${rollout.id}/forecast`, { as: 'viewer' })).body
  assert.deepEqual(await answer(), { forecast: long, unknown: null, at: madeAt })
  plane.clock.advance(60_000)
  assert.equal((await answer()).at, madeAt, 'it is told once more')
  const change = (what: string) =>
    plane.ask(`POST /v1/rollouts/${rollout.id}/${what}`, { as: 'operator', body: { reason: 'lunch' } })
  await change('pause')
  plane.clock.advance(60_000)
  await change('resume')
  assert.equal((await answer()).at, plane.clock.now(), 'its patience ends later than was foretold')
})
