import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Visit } from '../../../src/control/simulate/visits.ts'
import { hearing, hour, requestsAmong, scoresAmong, start, usual, visitAt, visitsIn } from './generated.ts'
import { mean, near, variance } from './near.ts'

const traffic = { perHour: 500, users: 200 }
const minute = hour / 60
/** Every second user is the canary's. */
const halved = ({ user }: Visit) => ({ canary: Number(user.name.split('-')[1]) % 2 === 0, bad: false })
const latencyOf = (heard: ReturnType<typeof hearing>, visit: Visit, arm: 'incumbent' | 'canary' = 'canary') =>
  requestsAmong(heard.of(visit, arm).arrivals)[0]?.latencyMs

test('users of the canary come more often, or less, from their first answer on', () => {
  for (const engagement of [1.5, 0.5]) {
    const visits = visitsIn({ traffic, canary: { engagement } }, 40, halved)
    const canary = visits.filter((visit) => halved(visit).canary && visit.at > 10 * hour).length
    const incumbent = visits.filter((visit) => !halved(visit).canary && visit.at > 10 * hour).length
    near(canary / incumbent, engagement, 0.08)
    near(incumbent, 15 * 500, 300)
  }
})

test('after a bad answer users leave, stay away, or ask again at once', () => {
  const after = (reactions: object, bad: (visit: Visit) => boolean) =>
    visitsIn({ traffic, reactions }, 30, (visit) => ({ canary: false, bad: bad(visit) }))
  const isOdd = ({ user }: Visit) => Number(user.name.split('-')[1]) % 2 === 1
  const left = after({ leave: 1 }, isOdd)
  assert.equal(new Set(left.filter(isOdd).map(({ user }) => user)).size, left.filter(isOdd).length)
  // Each of 100 users comes every 24 minutes, and then not for four hours on average.
  near(after({ stayAway: '4h' }, isOdd).filter(isOdd).length, (100 * 30 * 60) / (24 + 240), 150)
  const asked = after({ retry: 0.5 }, isOdd)
  near(asked.filter(isOdd).length / asked.filter((visit) => !isOdd(visit)).length, 2, 0.1)
})

test('a visit has as many requests as were asked for, minutes apart, and new users take the place of others', () => {
  const inRows = visitsIn({ traffic: { ...traffic, users: 5000, perVisit: 3 } }, 20)
  near(inRows.length, 10_000, 600)
  const byUser = [...Map.groupBy(inRows, ({ user }) => user).values()]
  const soon = byUser.flatMap((own) => own.slice(1).filter(({ at }, i) => at - (own[i]?.at ?? 0) < 15 * minute))
  near(soon.length / inRows.length, 2 / 3, 0.05)
  const days = 3
  const users = new Set(visitsIn({ traffic: { ...traffic, newUsersPerDay: 0.5 } }, 24 * days).map(({ user }) => user))
  near(users.size, 200 * (1 + 0.5 * days), 50)
  near(visitsIn({ traffic: { ...traffic, anonymous: 0.3 } }, 10).filter(({ named }) => !named).length / 5000, 0.3, 0.03)
})

test('errors are met by a share of the users, or unevenly, while their rate stays', () => {
  const incumbent = { errors: 0.05 }
  const failing = (changes: object) => {
    const visits = visitsIn({ traffic, incumbent: { ...incumbent, ...changes } }, 60)
    const failed = visits.filter(({ answer }) => answer.failed)
    return { rate: failed.length / visits.length, users: new Set(failed.map(({ user }) => user)).size }
  }
  const [everybody, few, uneven] = [failing({}), failing({ errorUsers: 0.1 }), failing({ errorSpread: 1.5 })]
  near(everybody.rate, 0.05, 0.006)
  near(few.rate, 0.05, 0.02)
  assert.equal(everybody.users, 200)
  near(few.users, 20, 12)
  assert.ok(uneven.users < 198)
  near(uneven.rate, 0.05, 0.015)
  const heard = hearing({ incumbent: { errors: 0.3, errorUsers: 0.4 }, canary: { errorUsers: 1 } })
  // The user is not among the four in ten who meet the incumbent's errors.
  const rate = (arm: 'incumbent' | 'canary') =>
    mean(Array.from({ length: 3000 }, () => (heard.of(visitAt(0), arm).answer.failed ? 1 : 0)))
  assert.equal(rate('incumbent'), 0)
  near(rate('canary'), 0.3, 0.03)
})

test('what is bad is bad in all respects where signals depend on each other, and each by itself stays as it was', () => {
  const incumbent = { dependence: 1, errors: 0.1, refusals: 0.1 }
  const visits = visitsIn({ traffic, incumbent }, 30)
  const failed = visits.filter(({ answer }) => answer.failed)
  near(failed.length / visits.length, 0.1, 0.01)
  assert.ok(failed.every(({ answer }) => answer.refusal))
  const scoreOf = (all: Visit[]) => mean(all.map(({ answer }) => answer.score ?? 0))
  near(scoreOf(visits), 0.8, 0.01)
  assert.ok(scoreOf(failed) < 0.7)
})

test('the length of the input explains the share of the variance that was asked for', () => {
  const visits = visitsIn({ traffic, incumbent: { score: { explainedByLength: 0.5 } } }, 30)
  const points = visits.map(({ answer }) => [Math.log(answer.inputTokens ?? 0), answer.score ?? 0] as const)
  const [x, y] = [mean(points.map(([length]) => length)), mean(points.map(([, score]) => score))]
  const product = mean(points.map(([length, score]) => (length - x) * (score - y)))
  const squares = (i: 0 | 1, middle: number) => mean(points.map((point) => (point[i] - middle) ** 2))
  near(product ** 2 / (squares(0, x) * squares(1, y)), 0.5, 0.04)
  near(Math.sqrt(squares(1, y)), 0.25, 0.01)
})

test('a worse canary scatters as much as before around the mean that was asked for', () => {
  for (const correlation of [0, 0.4]) {
    const canary = { score: -0.1 }
    const incumbent = { score: { correlation } }
    const heard = hearing({ canary, incumbent })
    const scores = visitsIn({ traffic: { ...traffic, users: 3000 }, incumbent }, 20).map(
      (visit) => heard.of(visit).answer.score ?? 0,
    )
    near(mean(scores), 0.7, 0.012)
    near(Math.sqrt(variance(scores)), 0.25, 0.012)
  }
})

test('a tail is long in the share of requests that was asked for', () => {
  const tailed = { latency: { spread: 0, medianMs: 100, tail: { share: 0.05, factor: 20 } } }
  const slow = visitsIn({ traffic, incumbent: tailed }, 20).filter(({ answer }) => answer.latencyMs === 2000)
  near(slow.length / 10_000, 0.05, 0.01)
  const heard = hearing({ canary: { slowTail: { share: 0.2, factor: 10 } } })
  const times = Array.from({ length: 2000 }, () => latencyOf(heard, visitAt(0)))
  near(times.filter((ms) => ms === 1000).length / 2000, 0.2, 0.03)
})

test('scores, errors and latency follow the hours and the weekend, in both arms alike', () => {
  const cycles = { day: { score: 0.1, latency: 2 }, weekend: { score: -0.2, latency: 1.5 } }
  const heard = hearing({ cycles })
  const score = (at: number, arm: 'incumbent' | 'canary') => heard.of(visitAt(at), arm).answer.score ?? 0
  for (const arm of ['incumbent', 'canary'] as const) {
    near(score(6 * hour, arm), 0.9, 1e-9)
    near(score(18 * hour, arm), 0.7, 1e-9)
    // The third day is a Saturday.
    near(score(48 * hour, arm), 0.6, 1e-9)
  }
  const steady = { errors: 0.1, latency: { medianMs: 100, spread: 0 } }
  const visits = visitsIn({ traffic, cycles: { day: { errors: 3, latency: 2 } }, incumbent: steady }, 24)
  const around = (from: number) => visits.filter(({ at }) => Math.abs(at - from * hour) < 2 * hour)
  const failed = (all: Visit[]) => all.filter(({ answer }) => answer.failed).length / all.length
  near(failed(around(6)), 0.28, 0.05)
  near(failed(around(18)), 0.036, 0.025)
  near(mean(around(6).map(({ answer }) => answer.latencyMs ?? 0)), 190, 10)
  const week = visitsIn({ traffic: { ...traffic, weekend: 0.5 } }, 96)
  near(week.filter(({ at }) => at >= 48 * hour).length / week.filter(({ at }) => at < 48 * hour).length, 0.5, 0.04)
})

test('the quality of both arms moves from day to day', () => {
  for (const arm of ['incumbent', 'canary'] as const)
    near(hearing({ scorePerDay: -0.1 }).of(visitAt(48 * hour), arm).answer.score ?? 0, 0.6, 1e-9)
})

test('later turns, and only those, are worse from the request on that was asked for', () => {
  const heard = hearing({ canary: { score: -0.4, fromRequest: 3 } })
  const { user } = visitAt(0)
  const scores = [1, 2, 3, 4].map((at) => heard.of(visitAt(at, { user })).answer.score)
  assert.deepEqual(scores.slice(0, 2), [0.8, 0.8])
  for (const score of scores.slice(2)) near(score ?? 0, 0.4, 1e-9)
})

test('who came before the canary became worse does not meet it, where only new users do', () => {
  const heard = hearing({ canary: { from: '5h', errors: 1, newUsersOnly: true } })
  const old = visitAt(hour)
  assert.equal(heard.of({ ...visitAt(6 * hour), user: old.user }).answer.failed, false)
  assert.equal(heard.of(visitAt(6 * hour)).answer.failed, true)
})

test('a cold canary is slow: its first requests, the first of each user, after a stage begins, after a restart', () => {
  const times = (warmUp: object, visits: Visit[]) => {
    const heard = hearing({ canary: { warmUp: { factor: 3, ...warmUp } } })
    return visits.map((visit) => latencyOf(heard, visit))
  }
  const at = (...minutes: number[]) => minutes.map((one) => visitAt(one * minute))
  assert.deepEqual(times({ requests: 2 }, at(60, 61, 62)), [300, 300, 100])
  const [first, other] = [visitAt(hour), visitAt(hour)]
  assert.deepEqual(times({ perUser: true }, [first, first, other]), [300, 100, 300])
  assert.deepEqual(times({ stage: '10m' }, at(9, 11)), [300, 100])
  assert.deepEqual(times({ restartEvery: '4h', restart: '10m' }, at(5, 60, 245, 260)), [300, 100, 300, 100])
  const restarted = hearing({ canary: { warmUp: { restartEvery: '4h' } } })
  const names = [1, 5].map((hours) => requestsAmong(restarted.of(visitAt(hours * hour)).arrivals)[0]?.instance)
  assert.notEqual(names[0], names[1])
  const heard = hearing({ canary: { warmUp: { requests: 5 } } })
  assert.equal(latencyOf(heard, visitAt(0), 'incumbent'), 100)
})

test('a cache of beginnings is kept warm by each arm for itself', () => {
  const heard = hearing({ prefixCache: { timeToLive: '5m', factor: 2 } })
  const ask = (at: number, arm: 'incumbent' | 'canary') => latencyOf(heard, visitAt(at * minute), arm)
  assert.deepEqual([ask(0, 'incumbent'), ask(0, 'canary')], [200, 200])
  assert.deepEqual([ask(3, 'incumbent'), ask(7, 'incumbent'), ask(7, 'canary')], [100, 100, 200])
})

test('bad answers are judged later, in proportion or beyond a limit', () => {
  const delay = (badLater: object, score: number) => {
    const heard = hearing({ judge: { percent: 100, delay: '0s', badLater } })
    return heard.of(visitAt(0, { answer: { ...usual, score } })).arrivals.find(({ entry }) => entry.kind === 'score')
      ?.at
  }
  near(delay({ by: '8h' }, 0.25) ?? 0, 6 * hour, 1)
  assert.deepEqual([delay({ by: '8h', below: 0.5 }, 0.4), delay({ by: '8h', below: 0.5 }, 0.6)], [8 * hour, 0])
})

test('the judge abstains on bad answers, in one arm more than in the other', () => {
  const heard = hearing({ judge: { percent: 100, abstains: { below: 0.5, share: 0.2, canary: 0.8 } } })
  const judged = (arm: 'incumbent' | 'canary', score: number) => {
    const all = Array.from({ length: 2000 }, () => heard.of(visitAt(0, { answer: { ...usual, score } }), arm).arrivals)
    return all.filter((one) => scoresAmong(one).length > 0).length / 2000
  }
  near(judged('incumbent', 0.3), 0.8, 0.03)
  near(judged('canary', 0.3), 0.2, 0.03)
  assert.equal(judged('canary', 0.6), 1)
})

test('a budget ends, and what is left is judged after midnight as far as the queue holds it', () => {
  const heard = hearing({ judge: { percent: 100, delay: '0s', perDay: 10, queue: 5 } })
  const days = Array.from({ length: 20 }, (_, i) => heard.of(visitAt(i * hour)).arrivals)
    .flatMap(scoresAmong)
    .map(({ receivedAt }) => (receivedAt - start) / (24 * hour))
  assert.equal(days.filter((day) => day < 1).length, 10)
  assert.deepEqual(days.slice(10), [1, 1, 1, 1, 1])
})

test('a judge slower than the traffic lets requests wait, and leaves out those that cannot', () => {
  const heard = hearing({ judge: { percent: 100, delay: '0s', perHour: 6, queue: 3 } })
  const received = Array.from({ length: 60 }, (_, i) => heard.of(visitAt(i * minute)).arrivals)
    .flatMap(scoresAmong)
    .map(({ receivedAt }) => (receivedAt - start) / minute)
  assert.ok(received.length >= 8 && received.length <= 10, `${received.length}`)
  for (const [i, at] of received.slice(1).entries()) near(at - (received[i] ?? 0), 10, 1e-6)
})

test('the noise of the judge moves, and the mean does not', () => {
  const heard = hearing({ judge: { percent: 100, noise: { sd: 0.05, perDay: 0.1 } } })
  const scatter = (at: number) => {
    const answers = Array.from({ length: 1500 }, () => heard.of(visitAt(at)).arrivals)
    const scores = answers.flatMap(scoresAmong).map(({ score }) => score)
    return { mean: mean(scores), sd: Math.sqrt(mean(scores.map((score) => (score - 0.8) ** 2))) }
  }
  near(scatter(0).sd, 0.05, 0.006)
  near(scatter(24 * hour).sd, 0.15, 0.015)
  near(scatter(24 * hour).mean, 0.8, 0.015)
})

test('feedback is given by more of those who are not content', () => {
  const heard = hearing({ feedback: { percent: 10, bad: 5 } })
  const rated = (score: number) =>
    Array.from({ length: 3000 }, () => heard.of(visitAt(0, { answer: { ...usual, score } })).arrivals)
      .flat()
      .flatMap(({ entry }) => (entry.kind === 'feedback' ? [entry.score] : []))
  near(rated(0.9).length / 3000, 0.1, 0.02)
  near(rated(0.2).length / 3000, 0.5, 0.03)
  assert.deepEqual([...new Set(rated(0.9)), ...new Set(rated(0.2))], [1, 0])
})

test('tokens report their share of the users, processes their share of the requests, and a liar forges failures', () => {
  const reporters = { tokens: [0.75, 0.25], liar: 0.5, processes: 4, broken: true }
  const heard = hearing({ reporters })
  const all = Array.from({ length: 2000 }, (_, i) => {
    const visit = visitAt(i)
    return heard.of({ ...visit, user: { ...visit.user, name: `u${i}` } }).arrivals
  }).flatMap(requestsAmong)
  const told = all.filter(({ tokenId }) => tokenId !== 'liar')
  near(told.filter(({ tokenId }) => tokenId === 'app-0').length / 2000, 0.75, 0.04)
  assert.equal(new Set(told.map(({ instance }) => instance)).size, 4)
  const failed = told.filter(({ error }) => error !== null && error !== undefined)
  assert.equal(new Set(failed.map(({ instance }) => instance)).size, 1)
  near(failed.length / 2000, 0.25, 0.02)
  const forged = all.filter(({ tokenId }) => tokenId === 'liar')
  near(forged.length / 2000, 0.5, 0.04)
  assert.ok(forged.every(({ arm, error }) => (arm === 'canary') === (error !== null)))
})
