import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEndForecasts } from '../../../../src/control/server/rollouts/end-forecasts.ts'
import type { Forecaster, ForecastResult } from '../../../../src/control/server/rollouts/forecaster.ts'
import { defaultRolloutSettings } from '../../../../src/records/rollout/rollout-settings.ts'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { startOf, withTraffic } from '../../../support/rollout/feature-traffic.ts'
import { until } from '../../../support/until.ts'

/** Answers nothing before it is told to. */
function heldForecaster() {
  const held: { perDay: number; answer(): void }[] = []
  const forecaster: Forecaster = {
    end: ({ traffic }) =>
      new Promise<ForecastResult>((resolve) => {
        held.push({ perDay: traffic.requestsPerDay, answer: () => resolve('slower') })
      }),
    remedies: async () => [],
    fault: () => null,
    close: async () => undefined,
  }
  const asked = () => held.map(({ perDay }) => perDay)
  return { forecaster, asked, answer: (index: number) => held[index]?.answer() }
}

const outcome = (asked: Promise<ForecastResult>) =>
  asked.catch((error: { details: { status: number; code: string } }) => [error.details.status, error.details.code])
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
  assert.equal(await first, 'slower')
  await until(() => asked().length === 3, 'the newest one')
  assert.deepEqual(asked(), [1, 7, 6])
  answer(1)
  answer(2)
  assert.deepEqual([await newest, await theirs], ['slower', 'slower'])
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
