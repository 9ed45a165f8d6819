import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ComparedLatencies } from '../../../src/control/plan/compared-latencies.ts'
import { SimulatedHours } from '../../../src/control/plan/simulated-hours.ts'
import type { Rollout } from '../../../src/records/rollout/rollout.ts'
import { rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { seededRandom } from '../../../src/stats/index.ts'

const settings = rolloutSettingsSchema.parse({ stages: [{ percent: 50, soak: '24h' }] })
const rollout: Rollout = {
  ...{ id: 'r', feature: 'f', incumbent: 'a', canary: 'b', salt: '', algorithm: 'murmur3-x86-32/ppm', settings },
  ...{ stage: 0, enteredAt: [0], pausedMs: 0, pausedAt: null, status: 'running', hold: null, startedAt: 0 },
  ...{ startedBy: 'x', override: null, endedAt: null, ending: null },
}
const traffic = {
  ...{ requestsPerDay: 5000, users: 7500, perVisit: 2, judged: 1, judgedIncumbents: 1 },
  ...{ judgeUsd: null, errorRate: 0.01, deviation: 0.25 },
}

/** What a day of traffic adds up to. */
function day(changes: object = {}, drop = 0, tolerance = 0) {
  const tolerant = { ...rollout, settings: { ...settings, tolerance } }
  const hours = new SimulatedHours(
    tolerant,
    { ...traffic, ...changes },
    { drop, errors: 0, latency: 1 },
    seededRandom(7),
  )
  for (let hour = 1; hour <= 24; hour += 1) hours.pass(tolerant, 1, hour * 3_600_000)
  return hours.evidence.sums
}

const sum = ({ incumbent, canary }: { incumbent: number; canary: number }) => incumbent + canary

test('who sends two requests in a row is one user, whether or not both are judged', () => {
  // Each of 7,500 users comes every third day.
  const visitors = 7500 * (1 - Math.exp(-1 / 3))
  const { arms, score } = day()
  const seen = arms.incumbent.users + arms.canary.users
  assert.ok(Math.abs(seen / visitors - 1) < 0.05, `${seen} of ${visitors}`)
  assert.ok(Math.abs(sum(score.users) / visitors - 1) < 0.05, `${sum(score.users)} of ${visitors}`)
  const single = day({ perVisit: 1 })
  assert.ok(Math.abs(sum(single.score.users) / (7500 * (1 - Math.exp(-2 / 3))) - 1) < 0.05)
})

test('a lower score is won on by the bets, and by them alone if it is lower', () => {
  const most = (drop: number) => Math.max(...(day({}, drop).score.drop[0] ?? []))
  assert.ok(most(0.05) > 5, String(most(0.05)))
  assert.ok(most(0) < 3, String(most(0)))
})

test('a drop that is tolerated wins no bet, and of a greater one only the rest does', () => {
  const most = (drop: number, tolerance: number) => {
    const { score } = day({}, drop, tolerance)
    return [score.drop[0], score.recent.first].map((bets) => Math.max(...(bets ?? [])))
  }
  for (const [which, tolerated] of most(0.1, 0.1).entries()) {
    const all = most(0.1, 0)[which] ?? 0
    assert.ok(tolerated < 3 && all > 5, `bets ${which}: ${tolerated} with the tolerance, ${all} without`)
  }
  const [rest = 0] = most(0.1, 0.05)
  const [same = 0] = most(0.05, 0)
  assert.ok(Math.abs(rest / same - 1) < 0.1, `${rest} of what is left of a drop, ${same} of such a drop`)
})

test('latencies are compared once what is usual is known and the stage is warm; of an arm that is seldom asked hardly any', () => {
  const pass = (perHour: number, share: number, hours: number) => {
    const latencies = new ComparedLatencies({ perVisit: 1 })
    const requests = { incumbent: perHour * (1 - share), canary: perHour * share }
    const passed = Array.from({ length: hours }, () =>
      latencies.pass(requests, { incumbent: 0, canary: 0 }, { share, hours: 1 }),
    )
    return passed.map(({ timed }) => timed.canary)
  }
  assert.deepEqual(pass(40, 0.5, 12).slice(0, 9), [0, 0, 0, 0, 0, 0, 0, 0, 0], '200 incumbents have not come yet')
  assert.equal(pass(40, 0.5, 12).at(-1), 20)
  assert.equal(pass(100, 0.1, 3).at(-1), 0, 'not thirty requests of the canary in this stage')
  assert.equal(pass(100, 0.1, 6).at(-1), Math.round(10 * (1 - Math.exp(-10 / 60))))
  assert.equal(pass(100_000, 0.1, 2)[0], 7500, 'but for a quarter of an hour')
})
