import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planCanary } from '../../src/plan/plan-canary.ts'
import { planSvg } from '../../src/plan/plan-svg.ts'
import { planText } from '../../src/plan/plan-text.ts'
import { countedAfter, hoursFor, judgeUsdPerHour, shareOfJudged, type Traffic } from '../../src/plan/traffic.ts'
import { bettingEngine } from '../../src/rollout/betting-engine.ts'
import { newEvidence } from '../../src/rollout/evidence.ts'
import { simulateFast } from '../../src/simulate/fast-canary.ts'
import { scenarioSchema } from '../../src/simulate/scenario.ts'
import { contributionsForDrop, usersForRate } from '../../src/stats/index.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../src/suite/rollout-settings.ts'

const traffic: Traffic = {
  requestsPerDay: 48_000,
  users: null,
  judged: 0.1,
  judgedIncumbents: 0.1,
  judgeUsd: 0.002,
  errorRate: 0.01,
  deviation: 0.25,
}
const settings = rolloutSettingsSchema.parse({
  stages: [
    { percent: 5, soak: '4h' },
    { percent: 50, soak: '8h' },
  ],
})

/** Requests of the canary until rollback, smallest first. */
function delays(changes: object, signal: string, percent: number): number[] {
  const stages = [{ percent, soak: '1000h' }]
  const signals = { score: 0, errors: 0, slow: 0, safety: 0, [signal]: 1 }
  const scenario = scenarioSchema.parse({
    traffic: { perHour: percent < 50 ? 100 : 60, users: 50_000 },
    judge: { percent: 100 },
    lasts: '1000h',
    rollout: { stages, signals, patience: '1000h' },
    ...changes,
  })
  const engine = {
    ...bettingEngine,
    newEvidence: (rollout: Parameters<typeof newEvidence>[0]) => newEvidence(rollout, { score: { mean: 0.8 } }),
  }
  const found = Array.from({ length: 150 }, (_, run) => simulateFast({ scenario, recorded: undefined, engine }, run))
  return found.map(({ canaryRequests }) => canaryRequests).sort((a, b) => a - b)
}

test('what the plan expects is what simulated canaries take, to a factor of 1.5, in the middle and in nine of ten', () => {
  const near = (actual: number | undefined, expected: number, what: string) =>
    assert.ok(Math.abs(Math.log((actual ?? 0) / expected)) < Math.log(1.5), `${what}: ${actual}, planned ${expected}`)
  for (const [drop, deviation, percent] of [
    [0.1, 0.25, 5],
    [0.1, 0.15, 5],
    [0.1, 0.25, 50],
  ] as const) {
    const found = delays({ canary: { score: -drop }, incumbent: { score: { sd: deviation } } }, 'score', percent)
    const planned = contributionsForDrop(drop, deviation, 0.05)
    const worth = 1 - percent / 100
    near(found[75], planned.median / worth, `median of ${drop} at ${percent} %`)
    near(found[135], planned.p90 / worth, `9 of 10 of ${drop} at ${percent} %`)
  }
  const found = delays({ canary: { errors: 0.0909 } }, 'errors', 5)
  const planned = usersForRate(0.01, 10, 0.05, 0.05)
  near(found[75], planned.median, 'median of errors')
  near(found[135], planned.p90, '9 of 10 of errors')
})

test('users who come again count once, so that not more than all of them ever count', () => {
  const few = { ...traffic, users: 1000 }
  const stretch = { share: 0.1, before: 0, hours: 10 }
  assert.equal(countedAfter(traffic, 'requests', stretch), 2000)
  const counted = countedAfter(few, 'requests', stretch)
  assert.ok(counted > 99 && counted <= 100)
  assert.equal(hoursFor(few, 'requests', stretch, 101), Number.POSITIVE_INFINITY)
  const hours = hoursFor(few, 'judged', stretch, 50)
  assert.ok(Math.abs(countedAfter(few, 'judged', { ...stretch, hours }) - 50) < 1e-9)
})

test('judging costs what the canary and at most ten incumbents for each of its users cost', () => {
  assert.ok(Math.abs((judgeUsdPerHour(traffic, 0.01) ?? 0) - 0.002 * 2 * 11) < 1e-12)
  assert.ok(Math.abs((judgeUsdPerHour(traffic, 0.5) ?? 0) - 0.002 * 200) < 1e-12)
  assert.equal(judgeUsdPerHour({ ...traffic, judgeUsd: null }, 0.5), null)
})

test('a canary that is judged more often is known sooner, but not in proportion: the incumbent is then less known', () => {
  const half = { ...traffic, judged: 0.5 }
  const hours = (given: Traffic) => planCanary(given, settings).drops.at(-1)?.median?.hours ?? Number.NaN
  assert.ok(hours(half) < hours(traffic))
  assert.ok(hours(half) > hours({ ...half, judgedIncumbents: 0.5 }))
  assert.ok(Math.abs(shareOfJudged(half, 0.5) - 5 / 6) < 1e-12)
  assert.equal(shareOfJudged(half, 0.001), 1 / 11)
  assert.equal(planCanary({ ...half, judgedIncumbents: 0 }, settings).drops[0]?.median, null)
  assert.match(planText(planCanary(half, settings)), /50 % judged of the canary's, 10 % of the incumbent's/)
})

test('scores that never varied are planned with as little variance as the bets reckon with', () => {
  const spotless = planCanary({ ...traffic, deviation: 0 }, settings)
  assert.deepEqual(spotless.drops, planCanary({ ...traffic, deviation: 0.01 }, settings).drops)
  assert.ok((spotless.drops[0]?.median?.hours ?? 0) > 0)
})

test('smaller drops take longer, more judging less; a signal without weight is not promised', () => {
  const hours = (more: Partial<Traffic>) =>
    planCanary({ ...traffic, ...more }, settings).drops.map(({ median }) => median?.hours ?? Number.POSITIVE_INFINITY)
  const usual = hours({})
  assert.deepEqual(
    usual,
    usual.toSorted((a, b) => a - b),
  )
  for (const [i, time] of hours({ judged: 1, judgedIncumbents: 1 }).entries()) assert.ok(time < (usual[i] ?? 0))
  const deaf = rolloutSettingsSchema.parse({ signals: { score: 0 } })
  assert.deepEqual(planCanary(traffic, deaf).drops, [])
})

test('too few users is an answer: unknown, not never and not 0', () => {
  const plan = planCanary({ ...traffic, users: 50 }, settings)
  assert.deepEqual(plan.drops.at(-1), { drop: 0.02, median: null, p90: null })
  assert.equal(plan.fastest, null)
  assert.match(planText(plan), /0\.02 +too few users +too few users/)
  assert.match(planText(plan), /too few to prove/)
})

test('the fastest plan keeps the first share and the last, and takes no longer than the plan with all of them', () => {
  const { fastest } = planCanary(traffic, defaultRolloutSettings)
  assert.ok(fastest)
  assert.equal(fastest.stages[0]?.percent, 1)
  assert.equal(fastest.stages.at(-1)?.percent, 50)
  const lasting = fastest.stages.reduce((sum, { soakHours }) => sum + soakHours, 0)
  assert.ok(Math.abs(lasting - fastest.hours) < 1e-9)
  const twice = planCanary({ ...traffic, requestsPerDay: 96_000 }, defaultRolloutSettings).fastest
  assert.ok((twice?.hours ?? Number.NaN) < fastest.hours)
})

test('the picture holds one point per drop and line, and no number that is none', () => {
  const svg = planSvg(planCanary(traffic, settings))
  assert.equal(svg.match(/<circle/g)?.length, 10)
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
  assert.doesNotMatch(planSvg(planCanary({ ...traffic, users: 20 }, settings)), /NaN|Infinity|undefined/)
})
