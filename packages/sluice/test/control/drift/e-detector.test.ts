import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addHour,
  beginningOf,
  type HourSign,
  logMean,
  newSums,
  withoutAnyDay,
} from '../../../src/control/drift/e-detector.ts'
import { angle } from '../../../src/stats/index.ts'

const signs = (offs: readonly number[]): HourSign[] => offs.map((off, hour) => ({ hour, precision: 20, off }))
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-3, `${found}, not ${expected}`)

test('an angle is twice the arcsine of the root of the share, three eighths of a success and a failure added', () => {
  near(angle(0, 10), 2 * Math.asin(Math.sqrt(0.375 / 10.75)))
  near(angle(0.5, 100), Math.PI / 2)
  near(angle(1.2, 4), angle(1, 4))
})

test('the sum over all beginnings, by hand', () => {
  // e = exp((.2 * .1 - .02) * 20) = 1, then exp((.2 * .3 - .02) * 20) = exp(.8): M = 1, then (1 + 1) exp(.8).
  let sums = newSums([0.2])
  for (const sign of signs([0.1, 0.3])) sums = addHour(sums, sign, [0.2], 7)
  near(sums[0] ?? 0, Math.log(2) + 0.8)
  near(logMean([Math.log(2), Math.log(4)]), Math.log(3))
})

test('no hour says more than a third of what it takes, and what went by is forgotten', () => {
  let sums = newSums([0.2])
  for (const sign of signs([50])) sums = addHour(sums, sign, [0.2], 7)
  near(sums[0] ?? 0, 7 / 3)
  for (const sign of signs(Array.from({ length: 50 }, () => 50))) sums = addHour(sums, sign, [0.2], 7)
  near(sums[0] ?? 0, 8)
})

test('the day that accuses most can be left out', () => {
  const calm = Array.from({ length: 60 }, () => -0.1)
  const holiday = calm.map((off, hour) => (hour >= 20 && hour < 44 ? 1 : off))
  near(withoutAnyDay(signs(holiday), [0.2], 1000), 0)
  const lasting = calm.map((off, hour) => (hour >= 20 ? 1 : off))
  // 40 hours, 25 of them left out, of (.2 - .02) * 20 each.
  near(withoutAnyDay(signs(lasting), [0.2], 1000), 15 * 3.6)
  assert.equal(beginningOf(signs(lasting), 0.2, 1000), 20)
})
