import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Detector, hasAlarmed, newDetector, observeWith } from '../../src/drift/detector.ts'
import { type Signal, signals } from '../../src/drift/signals.ts'
import { type Random, seededRandom } from '../../src/stats/index.ts'
import { scoreOf } from './traffic.ts'

const dayMs = 86_400_000
const perDay = 500

type Source = (random: Random) => number

/** Observations from the change to the alarm; undefined where none came within `most`. The change comes at `calm`. */
function delay(signal: Signal, seed: number, before: Source, after: Source, calm: number, most: number) {
  const random = seededRandom(seed)
  let detector: Detector = newDetector(0)
  for (let index = 0; index < calm + most; index += 1) {
    const value = (index < calm ? before : after)(random)
    detector = observeWith(detector, value, (index / perDay) * dayMs, signals[signal])
    if (hasAlarmed(detector)) return index - calm
  }
  return undefined
}

const score = (mean: number) => (random: Random) => scoreOf(random, mean)
const flag = (rate: number) => (random: Random) => (random.uniform() < rate ? 1 : 0)
const lognormal = (median: number) => (random: Random) => median * Math.exp(random.normal())

const quiet: [Signal, Source][] = [
  ['score', score(0.8)],
  ['errors', flag(0.01)],
  ['errors', flag(0)],
  ['latency', lognormal(800)],
  ['length', lognormal(100)],
]

for (const [signal, source] of quiet) {
  test(`${signal} that does not change hardly ever alarms (${source(seededRandom(1)).toFixed(2)})`, () => {
    const delays = Array.from({ length: 12 }, (_, seed) => delay(signal, seed + 1, source, source, 0, 6000))
    assert.ok(delays.filter((one) => one !== undefined).length <= 1, JSON.stringify(delays))
  })
}

const moved: [string, Signal, Source, Source, number][] = [
  ['scores fall by .10', 'score', score(0.8), score(0.7), 200],
  ['scores rise by .10', 'score', score(0.8), score(0.9), 400],
  ['errors rise from 1 % to 5 %', 'errors', flag(0.01), flag(0.05), 500],
  ['errors appear where there were none', 'errors', flag(0), flag(0.02), 600],
  ['the slowest tenth doubles', 'latency', lognormal(800), lognormal(1600), 300],
  ['answers become twice as long', 'length', lognormal(100), lognormal(200), 300],
  ['answers become half as long', 'length', lognormal(100), lognormal(50), 300],
]

for (const [name, signal, before, after, most] of moved) {
  test(`${name}: an alarm within ${most}`, () => {
    for (const seed of [11, 12, 13]) {
      const found = delay(signal, seed, before, after, 1600, most)
      assert.ok(found !== undefined && found >= 0, `seed ${seed}: ${found}`)
    }
  })
}

test('a reference spans a day, however many come in the first hour', () => {
  let detector: Detector = newDetector(0)
  for (let index = 0; index < 5000; index += 1) detector = observeWith(detector, 0.8, index, signals.score)
  assert.equal(detector.phase, 'learning')
  assert.ok(JSON.stringify(detector).length < 20_000)
  detector = observeWith(detector, 0.8, dayMs, signals.score)
  assert.equal(detector.phase, 'watching')
})

test('alarms are meant to be 60 days apart: the evidence asked for grows with the traffic', () => {
  let detector: Detector = newDetector(0)
  for (let index = 0; index <= 4000; index += 1)
    detector = observeWith(detector, 0.8, (index / 4000) * dayMs, signals.score)
  assert.ok(detector.phase === 'watching' && Math.abs(detector.runLength / 240_060 - 1) < 0.01)
})
