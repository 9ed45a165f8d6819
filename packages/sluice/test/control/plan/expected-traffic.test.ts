import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedTraffic, hasOutgrown } from '../../../src/control/plan/expected-traffic.ts'

const minuteMs = 60_000
/** 240 requests a day: 10 an hour. */
const usual = { requestsPerDay: 240, byHour: null }

test('a young rollout with several times the usual requests has outgrown its traffic', () => {
  for (const [requests, minutes, isOutgrown] of [
    [20, 1, true],
    [19, 1, false],
    [41, 60, true],
    [40, 60, false],
    [10_000, 120, false],
  ] as const)
    assert.equal(
      hasOutgrown(usual, { requests, ms: minutes * minuteMs }),
      isOutgrown,
      `${requests} in ${minutes} minutes`,
    )
})

test('the busiest hour of the day is as usual as the others', () => {
  const byHour = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? 12 : 0.5))
  const had = { requests: 400, ms: 60 * minuteMs }
  assert.equal(hasOutgrown(usual, had), true)
  assert.equal(hasOutgrown({ ...usual, byHour }, had), false)
})

test('what a handful of requests was like is not expected of others', () => {
  const live = { judge: { percent: 10, budgetUsdPerDay: 1 } }
  const errorRateOf = (requestsPerDay: number) => {
    const nothing = { usersPerDay: null, users: null, lastDay: null, deviation: null, judgeUsd: null }
    const traffic = { requestsPerDay, hours: 168, errorRate: 0.5, byHour: null, until: null, hourly: [], ...nothing }
    const given = { perDay: 5000, users: undefined }
    return expectedTraffic({ traffic, isJudged: false, live }, given, null)?.expected.errorRate
  }
  assert.deepEqual([errorRateOf(20 / 7), errorRateOf(19 / 7)], [0.5, 0.01])
})
