import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change } from '../../../src/control/drift/change.ts'
import {
  type Detector,
  detectorSchema,
  isLearning,
  newDetector,
  observeWith,
  relearn,
  toleranceOf,
} from '../../../src/control/drift/detector.ts'
import { type Signal, signals } from '../../../src/control/drift/signals.ts'
import { daysKnown } from '../../../src/control/drift/week.ts'
import { type Random, seededRandom } from '../../../src/stats/index.ts'
import { scoreOf } from './traffic.ts'

const hourMs = 3_600_000
const startsAt = 1_767_571_200_000 // a Monday, 0:00 UTC
const firstHour = startsAt / hourMs

/** What an observation is, in an hour counted from the start. */
type Source = (random: Random, hour: number) => number

interface Watch {
  signal: Signal
  perDay: number
  days: number
  source: Source
}

/** Every change that is found, with the hour (from the start) in which; each is followed by learning the new level. */
function watch({ signal, perDay, days, source }: Watch, seed: number) {
  const random = seededRandom(seed)
  const watched = signals[signal]
  let detector: Detector = newDetector(startsAt, watched)
  const found: (Change & { hour: number })[] = []
  for (let index = 0; index < days * perDay; index += 1) {
    const at = startsAt + Math.round(((index + 0.5) / perDay) * 24 * hourMs)
    const hour = Math.floor(at / hourMs) - firstHour
    const change = observeWith(detector, source(random, hour), at, watched)
    if (!change) continue
    found.push({ ...change, hour })
    detector = relearn(detector, at, watched)
  }
  return { found, detector }
}

const isWeekend = (hour: number) => Math.floor(hour / 24) % 7 >= 5
const cycles = (hour: number) => 0.8 - (isWeekend(hour) ? 0.06 : 0) + 0.05 * Math.sin((2 * Math.PI * hour) / 24)
const score = (mean: (hour: number) => number) => (random: Random, hour: number) => scoreOf(random, mean(hour))
const flag = (rate: (hour: number) => number) => (random: Random, hour: number) =>
  random.uniform() < rate(hour) ? 1 : 0
const lognormal = (median: (hour: number) => number) => (random: Random, hour: number) =>
  median(hour) * Math.exp(0.5 * random.normal())
const after = (day: number, before: number, then: number) => (hour: number) => (hour < day * 24 ? before : then)
const daily = (hour: number) => 1.3 ** Math.sin((2 * Math.PI * hour) / 24)

const quiet: [string, Watch][] = [
  ['a day and a week of their own', { signal: 'score', perDay: 1000, days: 42, source: score(cycles) }],
  ['a latency that goes up and down by 1.3', { signal: 'latency', perDay: 2000, days: 30, source: lognormal(daily) }],
  ['no failure at all', { signal: 'errors', perDay: 1000, days: 30, source: flag(() => 0) }],
  ['few failures', { signal: 'errors', perDay: 500, days: 42, source: flag(() => 0.01) }],
  ['lengths that do not change', { signal: 'length', perDay: 500, days: 42, source: lognormal(() => 100) }],
  [
    'a holiday that is like a Sunday',
    {
      signal: 'score',
      perDay: 3000,
      days: 32,
      source: score((hour) => (Math.floor(hour / 24) === 24 ? cycles(6 * 24 + (hour % 24)) : cycles(hour))),
    },
  ],
  [
    'one hour in which everything fails',
    { signal: 'errors', perDay: 1000, days: 28, source: flag((hour) => (hour === 24 * 22 ? 1 : 0.01)) },
  ],
  ['scores that hang together in twenties', { signal: 'score', perDay: 1000, days: 42, source: clustered(20) }],
]

function clustered(size: number): Source {
  let [count, shared] = [0, 0]
  return (random) => {
    if (count % size === 0) shared = 0.12 * random.normal()
    count += 1
    return scoreOf(random, 0.75 + shared)
  }
}

for (const [name, quietly] of quiet)
  test(`no alarm: ${name}`, () => {
    const all = [1, 2, 3].flatMap((seed) => watch(quietly, seed).found)
    assert.ok(all.length === 0, JSON.stringify(all))
  })

/** A change after 21 days, and within how many hours it is found. */
const changed: [string, Signal, number, Source, number][] = [
  ['scores fall by .05 for good', 'score', 500, score((hour) => cycles(hour) - after(21, 0, 0.05)(hour)), 72],
  ['scores rise by .10', 'score', 500, score((hour) => cycles(hour) + after(21, 0, 0.1)(hour)), 48],
  ['errors rise from 1 % to 4 %', 'errors', 4000, flag(after(21, 0.01, 0.04)), 24],
  ['errors appear where there were none', 'errors', 4000, flag(after(21, 0, 0.03)), 24],
  ['latency is half as long again', 'latency', 4000, lognormal((hour) => daily(hour) * after(21, 1, 1.5)(hour)), 24],
  ['answers become half as long', 'length', 500, lognormal(after(21, 100, 50)), 24],
]

for (const [name, signal, perDay, source, within] of changed)
  test(`${name}: one alarm within ${within} hours`, () => {
    for (const seed of [11, 12, 13]) {
      const { found } = watch({ signal, perDay, days: 27, source }, seed)
      assert.equal(found.length, 1, JSON.stringify(found))
      const [{ hour = 0, mean = 0, usual = 0, since = 0 } = {}] = found
      assert.ok(hour >= 21 * 24 && hour <= 21 * 24 + within, `seed ${seed}: ${hour - 21 * 24} h`)
      assert.ok(Math.abs(mean - usual) > 0.02)
      assert.ok(Math.abs(since / hourMs - firstHour - 21 * 24) < 36, 'it says when it began')
    }
  })

test('for two days nothing is told, then great changes only, until each weekday was seen twice', () => {
  const source = score((hour) => cycles(hour) - after(8, 0, 0.3)(hour))
  const { found, detector } = watch({ signal: 'score', perDay: 500, days: 9, source }, 5)
  assert.equal(found.length, 1)
  assert.equal(detector.level, null, 'the new level is learnt')
  const early = watch({ signal: 'score', perDay: 500, days: 13, source: score(cycles) }, 5)
  assert.deepEqual(early.found, [])
  assert.equal(isLearning(early.detector), true)
  assert.equal(daysKnown(early.detector.week), 11)
  assert.equal(isLearning(watch({ signal: 'score', perDay: 500, days: 16, source: score(cycles) }, 5).detector), false)
})

test('what is usual in a week stays when the level is learnt anew', () => {
  const before = watch({ signal: 'score', perDay: 1000, days: 21, source: score(cycles) }, 3).detector
  const random = seededRandom(8)
  const detector = relearn(before, startsAt + 21 * 24 * hourMs, signals.score)
  for (let index = 0; index < 8000; index += 1) {
    const at = startsAt + (21 + (index + 0.5) / 1000) * 24 * hourMs
    const hour = Math.floor(at / hourMs) - firstHour
    assert.equal(observeWith(detector, scoreOf(random, cycles(hour) - 0.2), at, signals.score), undefined)
  }
  assert.equal(isLearning(detector), false)
})

test('where there is next to nothing to see, a level is learnt all the same, with as much tolerance as it takes', () => {
  const { found, detector } = watch({ signal: 'score', perDay: 12, days: 30, source: score(() => 0.8) }, 6)
  assert.deepEqual(found, [])
  assert.ok((detector.level ?? 0) > 160 && toleranceOf(detector, signals.score) > 0.02)
})

test('what is kept reads back as it was, and does not grow', () => {
  const sizes = [15, 60].map((days) => {
    const { detector } = watch({ signal: 'length', perDay: 500, days, source: lognormal(() => 100) }, 4)
    assert.deepEqual(detectorSchema.parse(JSON.parse(JSON.stringify(detector))), detector)
    return JSON.stringify(detector).length
  })
  assert.ok((sizes[1] ?? 0) < 12_500, String(sizes))
})
