import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shifted } from '../../src/simulate/answer.ts'
import { arrivalsOf, type Exposure } from '../../src/simulate/arrivals.ts'
import { recordedOutcomeSchema, recordedVisits } from '../../src/simulate/recorded-visits.ts'
import { scenarioSchema } from '../../src/simulate/scenario.ts'
import { simulatedVisits, type Visit } from '../../src/simulate/visits.ts'
import { seededRandom } from '../../src/stats/random.ts'

const hour = 3_600_000
const traffic = { perHour: 1000, dailySwing: 0, users: 500, heavyTail: 0 }
const { incumbent } = scenarioSchema.parse({ traffic })

function visitsOf(changes: object, hours: number, seed = 1): Visit[] {
  const scenario = scenarioSchema.parse({ traffic, ...changes })
  const visits: Visit[] = []
  for (const visit of simulatedVisits(scenario.traffic!, scenario.incumbent, seededRandom(seed))) {
    if (visit.at >= hours * hour) return visits
    visits.push(visit)
  }
  return visits
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: number[]) => {
  const middle = mean(values)
  return mean(values.map((value) => (value - middle) ** 2))
}
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)

test('as many requests come as were asked for, and more of them in the busy half of the day', () => {
  const visits = visitsOf({ traffic: { ...traffic, dailySwing: 0.8 } }, 24)
  near(visits.length, 24_000, 5 * Math.sqrt(24_000))
  const busy = visits.filter(({ at }) => at < 12 * hour).length / visits.length
  near(busy, 0.5 + 0.8 / Math.PI, 0.015)
})

test('scores have the mean, the deviation and the correlation within users that were asked for', () => {
  const score = { mean: 0.7, sd: 0.25, correlation: 0.4 }
  const visits = visitsOf({ incumbent: { score } }, 60)
  const scores = visits.map(({ answer }) => answer.score ?? Number.NaN)
  near(mean(scores), 0.7, 0.02)
  near(Math.sqrt(variance(scores)), 0.25, 0.015)
  const byUser = Map.groupBy(visits, ({ unit }) => unit)
  const ofUsers = [...byUser.values()].map((own) => own.map(({ answer }) => answer.score ?? Number.NaN))
  const within = mean(ofUsers.map((own) => (variance(own) * own.length) / (own.length - 1)))
  near(1 - within / variance(scores), 0.4, 0.05)
})

test('with a heavy tail few users send most', () => {
  const shareOfBusiest = (heavyTail: number) => {
    const visits = visitsOf({ traffic: { ...traffic, heavyTail } }, 20)
    const counts = [...Map.groupBy(visits, ({ unit }) => unit).values()].map((own) => own.length)
    const busiest = counts.toSorted((a, b) => b - a).slice(0, 50)
    return busiest.reduce((sum, count) => sum + count, 0) / visits.length
  }
  assert.ok(shareOfBusiest(0) < 0.15)
  assert.ok(shareOfBusiest(1.2) > 0.65)
})

test('a mean is moved by exactly what was asked for, and no score leaves [0,1]', () => {
  const random = seededRandom(3)
  const scores = Array.from({ length: 50_000 }, () => random.beta(4, 1))
  const before = mean(scores)
  for (const by of [-0.3, -0.05, 0.1]) {
    const after = scores.map((score) => shifted(score, before, by))
    near(mean(after), before + by, 1e-9)
    assert.ok(after.every((score) => score >= 0 && score <= 1))
  }
  assert.equal(shifted(0.4, 0.8, -2), 0)
})

const exposure: Exposure = {
  ...{ feature: 'f', version: 'v', rolloutId: 'r', stage: 0, position: 5 },
  arm: 'canary',
}
const visit: Visit = {
  at: 5 * hour,
  unit: 'u',
  answer: { score: 0.8, failed: false, refusal: false, invalid: false, latencyMs: 100, costUsd: 1 },
}

function arrivals(changes: object, seen: Partial<Visit> = {}, arm: Exposure['arm'] = 'canary', repetitions = 1) {
  const scenario = scenarioSchema.parse({ traffic, judge: { percent: 100 }, ...changes })
  const situation = { scenario, random: seededRandom(1), start: 0, meanScore: 0.8 }
  return Array.from({ length: repetitions }, (_, i) =>
    arrivalsOf(situation, { ...visit, ...seen }, { ...exposure, arm }, `id-${i}`),
  ).flat()
}

test('the canary differs from its time on, and only the canary', () => {
  const canary = { from: '5h', score: -0.2, cost: 2, latency: 3, errors: 0 }
  const scoreAndCost = (seen: Partial<Visit>, arm: Exposure['arm']) =>
    arrivals({ canary }, seen, arm).map(({ entry }) => (entry.kind === 'request' ? entry.costUsd : entry.score))
  assert.deepEqual(scoreAndCost({}, 'canary'), [2, 0.8 * (0.6000000000000001 / 0.8)])
  assert.deepEqual(scoreAndCost({ at: 5 * hour - 1 }, 'canary'), [1, 0.8])
  assert.deepEqual(scoreAndCost({}, 'incumbent'), [1, 0.8])
})

test('a failed request is not judged', () => {
  const [request, ...others] = arrivals({ canary: { errors: 1 } })
  assert.ok(request?.entry.kind === 'request' && request.entry.error !== null)
  assert.deepEqual(others, [])
})

test('scores come after the delay, or when the judge is back', () => {
  const at = (faults: object) => arrivals({ judge: { percent: 100, delay: '10m' }, faults }).at(-1)?.at
  assert.equal(at({}), 5 * hour + 600_000)
  assert.equal(at({ judgeOutages: [{ from: '5h', to: '9h' }] }), 9 * hour)
})

test('outcomes are lost, doubled, late and sampled as often as was asked for, and say with which probability', () => {
  const count = 4000
  const of = (changes: object) =>
    arrivals({ judge: { percent: 50, canaryPercent: 100 }, ...changes }, {}, 'canary', count)
  const requests = (list: ReturnType<typeof of>) => list.filter(({ entry }) => entry.kind === 'request')
  near(requests(of({ faults: { lost: 0.2 } })).length / count, 0.8, 0.03)
  const doubled = requests(of({ faults: { duplicates: 0.3 } }))
  near(doubled.length / count, 1.3, 0.03)
  assert.equal(new Set(doubled.map(({ entry }) => entry.id)).size, count)
  const late = requests(of({ faults: { late: { share: 0.5, by: '2h' } } })).filter(({ at }) => at > visit.at)
  near(late.length / count, 0.5, 0.03)
  near(mean(late.map(({ at }) => at - visit.at)), 2 * hour, 0.3 * hour)
  assert.ok(late.every(({ at, entry }) => entry.receivedAt === at && entry.observedAt === visit.at))
  const judged = arrivals({ judge: { percent: 50, canaryPercent: 100 } }, {}, 'incumbent', count).filter(
    ({ entry }) => entry.kind === 'score',
  )
  near(judged.length / count, 0.5, 0.03)
  assert.ok(judged.every(({ entry }) => entry.kind === 'score' && entry.sampled === 0.5 && entry.sampledOther === 1))
})

test('recorded outcomes are replayed in the order of their time', () => {
  const row = (minute: number, rest: object) =>
    recordedOutcomeSchema.parse({ observedAt: `2026-03-01T10:0${minute}:00Z`, unit: 'u', feature: 'f', ...rest })
  const visits = recordedVisits([row(5, { score: 0.5 }), row(2, { error: 'timeout' })])
  assert.deepEqual(
    visits.map(({ at, answer }) => [at, answer.score, answer.failed]),
    [
      [0, null, true],
      [180_000, 0.5, false],
    ],
  )
})

test('the same seed gives the same requests', () => {
  assert.deepEqual(visitsOf({ incumbent }, 1, 7), visitsOf({ incumbent }, 1, 7))
  assert.notDeepEqual(visitsOf({ incumbent }, 1, 7), visitsOf({ incumbent }, 1, 8))
})
