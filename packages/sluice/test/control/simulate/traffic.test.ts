import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  RecordedVisits,
  recordedOutcomeSchema,
  recordedRequests,
} from '../../../src/control/simulate/recorded-visits.ts'
import { marked, shifted } from '../../../src/control/simulate/simulated-answer.ts'
import { seededRandom } from '../../../src/stats/random.ts'
import { hearing, hour, requestsAmong, scoresAmong, visitAt, visitsIn } from './generated.ts'
import { mean, near, variance } from './near.ts'

const traffic = { perHour: 1000, users: 500 }

test('as many requests come as were asked for, and more of them in the busy half of the day', () => {
  const visits = visitsIn({ traffic: { ...traffic, dailySwing: 0.8 } }, 24)
  near(visits.length, 24_000, 5 * Math.sqrt(24_000))
  const busy = visits.filter(({ at }) => at < 12 * hour).length / visits.length
  near(busy, 0.5 + 0.8 / Math.PI, 0.015)
})

test('traffic grows from week to week, and an outage has no requests', () => {
  const day = 24 * hour
  const episodes = [
    { from: '36h', lasts: '12h', factor: 0 },
    { from: '4d', lasts: '1d', factor: 3 },
  ]
  const visits = visitsIn({ traffic: { perHour: 100, users: 500, perWeek: 2, episodes } }, 15 * 24)
  const within = (from: number, to: number) => visits.filter(({ at }) => at >= from && at < to).length
  assert.equal(within(1.5 * day, 2 * day), 0)
  near(within(4 * day, 5 * day) / (2400 * 2 ** (4.5 / 7)), 3, 0.15)
  near(within(14 * day, 15 * day) / within(0, day), 4, 0.3)
})

test('a rate per day is a twenty-fourth of it per hour', () => {
  near(visitsIn({ traffic: { perDay: 24_000, users: 500 } }, 10).length, 10_000, 500)
})

test('scores have the mean, the deviation and the correlation within users that were asked for', () => {
  const score = { mean: 0.7, sd: 0.25, correlation: 0.4 }
  const visits = visitsIn({ incumbent: { score } }, 60)
  const scores = visits.map(({ answer }) => answer.score ?? Number.NaN)
  near(mean(scores), 0.7, 0.02)
  near(Math.sqrt(variance(scores)), 0.25, 0.015)
  const byUser = Map.groupBy(visits, ({ user }) => user)
  const ofUsers = [...byUser.values()].map((own) => own.map(({ answer }) => answer.score ?? Number.NaN))
  const within = mean(ofUsers.map((own) => (variance(own) * own.length) / (own.length - 1)))
  near(1 - within / variance(scores), 0.4, 0.05)
})

test('with a heavy tail few users send most', () => {
  const shareOfBusiest = (heavyTail: number) => {
    const visits = visitsIn({ traffic: { ...traffic, heavyTail } }, 20)
    const counts = [...Map.groupBy(visits, ({ user }) => user).values()].map((own) => own.length)
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

test('marks keep the mean, and there are no others', () => {
  const random = seededRandom(4)
  const scores = Array.from({ length: 50_000 }, () => random.beta(4, 1))
  for (const levels of [2, 5]) {
    const marks = scores.map((score) => marked(score, levels, random.uniform()))
    near(mean(marks), mean(scores), 0.006)
    assert.equal(new Set(marks).size, levels)
  }
})

test('the canary differs from its time on, and only the canary', () => {
  const canary = { from: '5h', score: -0.2, cost: 2, latency: 3, errors: 0 }
  const costAndScore = (at: number, arm: 'incumbent' | 'canary') => {
    const { arrivals } = hearing({ canary }).of(visitAt(at), arm)
    return [requestsAmong(arrivals)[0]?.costUsd, scoresAmong(arrivals)[0]?.score]
  }
  assert.deepEqual(costAndScore(5 * hour, 'canary'), [2, 0.8 * (0.6000000000000001 / 0.8)])
  assert.deepEqual(costAndScore(5 * hour - 1, 'canary'), [1, 0.8])
  assert.deepEqual(costAndScore(5 * hour, 'incumbent'), [1, 0.8])
})

test('a failed request is not judged', () => {
  const { arrivals } = hearing({ canary: { errors: 1 } }).of(visitAt(0))
  assert.notEqual(requestsAmong(arrivals)[0]?.error, null)
  assert.equal(arrivals.length, 1)
})

test('scores come after the delay, or when the judge is back, in the arm that it concerns, or never', () => {
  const outage = { from: '5h', to: '9h' }
  const at = (faults: object) =>
    hearing({ judge: { percent: 100, delay: '10m' }, faults })
      .of(visitAt(5 * hour))
      .arrivals.find(({ entry }) => entry.kind === 'score')?.at
  assert.equal(at({}), 5 * hour + 600_000)
  assert.equal(at({ judgeOutages: [outage] }), 9 * hour)
  assert.equal(at({ judgeOutages: [{ ...outage, arm: 'incumbent' }] }), 5 * hour + 600_000)
  assert.equal(at({ judgeOutages: [{ ...outage, arm: 'canary', lost: true }] }), undefined)
})

test('outcomes are lost, doubled and late as often as was asked for', () => {
  const count = 4000
  const of = (faults: object) => {
    const heard = hearing({ faults })
    return Array.from({ length: count }, () => heard.of(visitAt(5 * hour)).arrivals).flat()
  }
  near(requestsAmong(of({ lost: 0.2 })).length / count, 0.8, 0.03)
  const doubled = of({ duplicates: 0.3 })
  near(requestsAmong(doubled).length / count, 1.3, 0.03)
  assert.equal(new Set(requestsAmong(doubled).map(({ id }) => id)).size, count)
  assert.equal(doubled.filter(({ again }) => again).length, requestsAmong(doubled).length - count)
  const twice = requestsAmong(of({ twice: 0.3 }))
  near(twice.length / count, 1.3, 0.03)
  assert.equal(new Set(twice.map(({ id }) => id)).size, twice.length)
  const late = of({ late: { share: 0.5, by: '2h' } }).filter(
    ({ at, entry }) => entry.kind === 'request' && at > 5 * hour,
  )
  near(late.length / count, 0.5, 0.03)
  near(mean(late.map(({ at }) => at - 5 * hour)), 2 * hour, 0.3 * hour)
})

test('which requests are judged is decided as in production: by the share that sends its content, and fewer incumbents', () => {
  const count = 20_000
  const heard = hearing({ judge: { percent: 20, canaryPercent: 40 } }, [{ percent: 2, soak: '1h' }])
  const of = (arm: 'incumbent' | 'canary') =>
    Array.from({ length: count }, () => heard.of(visitAt(hour), arm).arrivals).flat()
  const [incumbent, canary] = [of('incumbent'), of('canary')]
  for (const arm of [incumbent, canary])
    near(requestsAmong(arm).filter(({ captured }) => captured).length / count, 0.4, 0.02)
  near(scoresAmong(canary).length / count, 0.4, 0.02)
  // Ten incumbents for each canary that is judged: 10 * 0.4 * 0.02 / 0.98.
  near(scoresAmong(incumbent).length / count, 0.0816, 0.01)
  for (const { sampled, sampledOther } of [...scoresAmong(incumbent).slice(0, 1)]) {
    near(sampled, 0.0816, 0.001)
    assert.equal(sampledOther, 0.4)
  }
})

test('recorded outcomes are replayed in the order of their time', () => {
  const row = (minute: number, rest: object) =>
    recordedOutcomeSchema.parse({ observedAt: `2026-03-01T10:0${minute}:00Z`, unit: 'u', feature: 'f', ...rest })
  const visits = new RecordedVisits(recordedRequests([row(5, { score: 0.5 }), row(2, { error: 'timeout' })]))
  const [first, second, none] = [visits.next(), visits.next(), visits.next()]
  assert.deepEqual([first?.at, first?.answer.score, first?.answer.failed], [0, null, true])
  assert.deepEqual([second?.at, second?.answer.score, second?.answer.failed], [180_000, 0.5, false])
  assert.equal(first?.user, second?.user)
  assert.equal(none, undefined)
})

test('the same seed gives the same requests', () => {
  const all = { traffic: { ...traffic, perVisit: 2, newUsersPerDay: 1 }, incumbent: { dependence: 0.5 } }
  const of = (seed: number) => visitsIn(all, 1, undefined, seed).map(({ at, user, answer }) => [at, user.name, answer])
  assert.deepEqual(of(7), of(7))
  assert.notDeepEqual(of(7), of(8))
})
