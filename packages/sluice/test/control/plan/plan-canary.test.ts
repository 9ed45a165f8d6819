import assert from 'node:assert/strict'
import { test } from 'node:test'
import { samplingOf } from '../../../src/control/live/sampling.ts'
import { forecast } from '../../../src/control/plan/forecast.ts'
import { planCanary } from '../../../src/control/plan/plan-canary.ts'
import { planSvg } from '../../../src/control/plan/plan-svg.ts'
import { planText } from '../../../src/control/plan/plan-text.ts'
import { shareOfJudged, type Traffic } from '../../../src/control/plan/traffic.ts'
import { defaultsFor } from '../../../src/control/plan/traffic-defaults.ts'
import { defaultLiveSettings, rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'

const traffic: Traffic = {
  ...{ requestsPerDay: 5000, users: 7500, perVisit: 1, judged: 0.4, judgedIncumbents: 0.4 },
  ...{ judgeUsd: 0.002, errorRate: 0.01, deviation: 0.25 },
}
const settings = rolloutSettingsSchema.parse({
  stages: [
    { percent: 5, soak: '2h' },
    { percent: 50, soak: '24h' },
  ],
})
const { judge } = defaultLiveSettings
const plan = planCanary(traffic, settings)

test('smaller drops take longer, and judging costs more until they are found', () => {
  const found = plan.drops.flatMap(({ median }) => median ?? [])
  assert.ok(found.length >= 3)
  for (const [i, { hours, judgeUsd }] of found.slice(1).entries()) {
    assert.ok(hours >= (found[i]?.hours ?? 0))
    assert.ok((judgeUsd ?? 0) >= 0.8 * (found[i]?.judgeUsd ?? 0))
  }
  const unwatched = planCanary(traffic, rolloutSettingsSchema.parse({ signals: { score: 0, slow: 0 } }))
  assert.deepEqual([unwatched.drops, unwatched.latencies], [[], []])
})

test('the more slowly a canary answers, the sooner it is found', () => {
  const hours = plan.latencies.map(({ median }) => median?.hours ?? Infinity)
  const [third, second, half] = hours
  assert.ok((third ?? 0) <= (second ?? 0) && (second ?? 0) <= (half ?? 0) && (half ?? 0) < 48, String(hours))
})

test('the forecast holds the promises that the engine makes: a good canary is not rolled back, one worse by the margin not proven good', () => {
  const { outlooks } = plan.forecast
  const of = (worseBy: number) => outlooks.find((one) => one.worseBy === worseBy)?.by.at(-1)
  assert.ok((of(0)?.strong ?? 0) + (of(0)?.weak ?? 0) >= 0.8, JSON.stringify(of(0)))
  assert.ok((of(0)?.rolledBack ?? 1) <= 0.1)
  assert.ok((of(1)?.strong ?? 1) <= 0.1)
  assert.ok((of(2)?.rolledBack ?? 0) >= 0.9)
  for (const { by } of outlooks)
    for (const { strong, time, weak, rolledBack, undecided } of by)
      assert.ok(time === 0 && Math.abs(strong + weak + rolledBack + undecided - 1) < 1e-9)
})

test('time alone leads to nothing: whom too few meet stays in the first stage, and what nobody sees is undecided', () => {
  const few = forecast({ ...traffic, requestsPerDay: 40, users: 20 }, settings, { runs: 20 })
  assert.deepEqual(few.outlooks[0]?.by.at(-1)?.undecided, 1)
  assert.equal(few.outlooks[0]?.medianHours, null)
})

test('the same seed gives the same forecast, and quiet hours delay it', () => {
  const options = { runs: 20, seed: 7 }
  assert.deepEqual(forecast(traffic, settings, options), forecast(traffic, settings, options))
  const quiet = { ...settings, quietHours: ['00:00-23:59'] }
  const [good] = forecast(traffic, quiet, options).outlooks
  assert.deepEqual([good?.by.at(-1)?.strong, good?.by.at(-1)?.weak], [0, 0])
})

test('held, weakly promoted or rolled back: what is undecided ends as the settings say', () => {
  const little = { ...traffic, requestsPerDay: 500, users: 750, judged: 1, judgedIncumbents: 1 }
  const at96 = (onUndecided: 'hold' | 'weakPromote' | 'rollBack') =>
    forecast(little, { ...settings, onUndecided }, { runs: 30 }).outlooks[0]?.by.at(-1)
  assert.equal(at96('hold')?.weak, 0)
  assert.ok((at96('weakPromote')?.weak ?? 0) > 0.2)
  assert.ok((at96('rollBack')?.rolledBack ?? 0) > 0.4)
})

test('stages and judging follow the traffic: where there is little, a greater share and more of it judged', () => {
  const of = (requestsPerDay: number) => defaultsFor({ requestsPerDay, usersPerDay: null })
  assert.deepEqual(
    [500, 5000, 50_000].map((perDay) => of(perDay)?.stages.map(({ ppm }) => ppm / 10_000)),
    [
      [25, 50],
      [5, 50],
      [1, 10, 50],
    ],
  )
  assert.deepEqual(
    [500, 5000, 50_000, 5e6].map((perDay) => of(perDay)?.judgePercent),
    [100, 40, 10, 2.5],
  )
  assert.equal(defaultsFor(null), undefined)
})

test('a canary that is judged more often than the incumbent is a greater part of what is judged', () => {
  const half = { ...traffic, judged: 0.5, judgedIncumbents: 0.1 }
  assert.ok(Math.abs(shareOfJudged(half, 0.5) - 5 / 6) < 1e-12)
  assert.equal(shareOfJudged(half, 0.001), 1 / 11)
})

test('the share of the canary in what is judged is that of live judging', () => {
  for (const [canaryPercent, percent, share] of [
    [50, 10, 0.5],
    [50, 10, 0.001],
    [10, 10, 0.2],
    [100, 2, 0.9],
  ] as const) {
    const stages = rolloutSettingsSchema.parse({ stages: [{ percent: share * 100, soak: '2h' }] })
    const sampled = (arm: 'canary' | 'incumbent') =>
      samplingOf({ captured: 1, arm, stage: 0 }, { ...judge, percent, canaryPercent }, { settings: stages }).sampled
    const judged = share * sampled('canary')
    const planned = shareOfJudged({ ...traffic, judged: canaryPercent, judgedIncumbents: percent }, share)
    assert.ok(Math.abs(judged / (judged + (1 - share) * sampled('incumbent')) - planned) < 1e-12, `${share}`)
  }
})

test('the text says it within 80 columns, and the picture holds no number that is none', () => {
  const text = planText(plan)
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  assert.match(text, /A canary that is +by 24 h +by 48 h +by 96 h +half by/)
  assert.match(text, /worse by the margin +\d+\/\d+\/\d+/)
  // What suits depends on the traffic and on what is planned, not on what becomes of it.
  const general = [1, 5, 25, 50].map((percent) => ({ percent, soakHours: 1 }))
  assert.match(
    planText({ ...plan, stages: general }),
    /Suits this traffic: 5 % for 2 h, 50 % for 24 h; 40 % judged; flagMargin 0.01\./,
  )
  const suiting = { ...traffic, requestsPerDay: 500, users: 750, judged: 1, judgedIncumbents: 1 }
  const stages = [
    { percent: 25, soakHours: 4 },
    { percent: 50, soakHours: 24 },
  ]
  const suits = (flagMargin: number) => planText({ ...plan, traffic: suiting, stages, flagMargin })
  assert.match(suits(0.01), /Suits this traffic: .*flagMargin 0\.015\./s)
  assert.doesNotMatch(suits(0.015), /Suits/)
  assert.doesNotMatch(planSvg(plan), /NaN|Infinity|undefined/)
})
