import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endForecast, wholeEffort } from '../../../src/control/plan/end-forecast.ts'
import { type End, playRollout } from '../../../src/control/plan/forecast.ts'
import { requestsPerVisit } from '../../../src/control/plan/traffic.ts'
import { eValueEngine } from '../../../src/control/rollout/decision-engine.ts'
import { scenarioSchema } from '../../../src/control/simulate/scenario.ts'
import { simulationStart } from '../../../src/control/simulate/simulation.ts'
import { simulateFast } from '../../support/fast-canary.ts'

/** By the end of 16 hours a good canary is proven, and great harm is found. */
const day = {
  lasts: '16h',
  traffic: { perDay: 2000, users: 3000, perVisit: 2 },
  judge: { percent: 100 },
  rollout: {
    ...{ margin: 0.1, flagMargin: 0.04, patience: '24h' },
    stages: [
      { percent: 25, soak: '1h' },
      { percent: 50, soak: '8h' },
    ],
  },
}
const traffic = {
  ...{ requestsPerDay: 2000, users: 3000, perVisit: 2, judged: 1, judgedIncumbents: 1 },
  ...{ judgeUsd: null, errorRate: 0.01, deviation: 0.25 },
}
const difference = { drop: 0, errors: 0, latency: 1 }

const worlds = [
  { name: 'as good', canary: {}, difference },
  { name: 'score down .08', canary: { score: -0.08 }, difference: { ...difference, drop: 0.08 } },
  { name: 'errors + .05', canary: { errors: 0.05 }, difference: { ...difference, errors: 0.0495 } },
  { name: 'latency x 2', canary: { latency: 2 }, difference: { ...difference, latency: 2 } },
]

/** Of so few runs a share of one half may be off by .3. */
const [runs, rollouts, within] = [12, 100, 0.3]
/** Fewer than this of 12 lie in a range of 80 % once in 250 times. */
const leastInside = 6

for (const { name, canary, difference } of worlds) {
  test(`what the forecast says is what the engine does: ${name}`, async () => {
    const scenario = { ...scenarioSchema.parse({ ...day, canary }), seed: 8_800_000 }
    const course = { difference, start: simulationStart, lasts: 16 }
    const ends = Array.from({ length: rollouts }, (_, seed) =>
      playRollout(traffic, scenario.rollout, { ...course, seed }),
    )
    const came = Array.from({ length: runs }, (_, run) =>
      simulateFast({ scenario, recorded: undefined, engine: eValueEngine }, run),
    )
    const isPromoted = (end: End | null) => end !== null && end.how !== 'rolledBack'
    const shares = {
      promoted: [ends.filter(isPromoted).length / rollouts, came.filter(({ end }) => end === 'promoted').length / runs],
      rolledBack: [
        ends.filter((end) => end?.how === 'rolledBack').length / rollouts,
        came.filter(({ end }) => end === 'rolledBack').length / runs,
      ],
    }
    const told = await endForecast(traffic, scenario.rollout, { start: simulationStart, harm: difference }, wholeEffort)
    const { earliest, latest, chance } = (name === 'as good' ? told?.asGood : told?.worse)?.endHours ?? { chance: 0 }
    assert.equal(chance, 0.8)
    // The forecast decides at whole hours. What has not ended after 16 hours ends later.
    const hours = came.map(({ end, at }) => (end === 'undecided' ? 24 : Math.ceil(at / 3_600_000 - 0.25)))
    const inside = hours.filter((one) => one >= (earliest ?? 0) && one <= (latest ?? 0)).length
    assert.ok(inside >= leastInside, `${inside} of ${runs} end from ${earliest} h to ${latest} h: ${hours}`)
    for (const [foretold = 0, found = 0] of Object.values(shares))
      assert.ok(Math.abs(foretold - found) <= within, JSON.stringify(shares))
  })
}

test('how often users come tells how many requests a visit has', () => {
  // Each of 750 comes every third day, and sends two requests then.
  const usersPerDay = 750 * (1 - Math.exp(-1 / 3))
  assert.ok(Math.abs(requestsPerVisit(500, { users: 750, usersPerDay }) - 2) < 1e-9)
  const unknown = [
    { users: null, usersPerDay: 100 },
    { users: 750, usersPerDay: null },
    { users: 750, usersPerDay: 750 },
    { users: 750, usersPerDay: 0 },
    { users: 750, usersPerDay: 700 },
  ]
  for (const habits of unknown) assert.equal(requestsPerVisit(500, habits), 1)
})
