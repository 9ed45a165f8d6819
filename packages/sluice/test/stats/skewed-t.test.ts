import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentsOf, pairedLook, seededRandom, skewedT, skewnessOf } from '../../src/stats/index.ts'

const golden = { margin: 0.03, estimand: 'golden-set' } as const

function pairOf(candidate: number[], baseline: number[]) {
  const [ours, theirs] = [momentsOf(candidate), momentsOf(baseline)]
  assert.ok(ours && theirs)
  return { weight: 1, candidate: ours, baseline: theirs }
}

test("Hall's transformation is the cube it was made from, and rises with t", () => {
  const g = -0.4
  for (const t of [-2, 0, 1, 2.5, 6]) {
    // (3 / g) ((1 + g t / 3)^3 - 1) / 3 + g / 6 is the same polynomial.
    assert.ok(Math.abs(skewedT(t, g) - (((1 + (g * t) / 3) ** 3 - 1) / g + g / 6)) < 1e-12)
  }
  assert.equal(skewedT(1.7, 0), 1.7)
})

test('the third cumulant of repeats is without bias', () => {
  const random = seededRandom(8)
  const rate = 0.1
  for (const repeats of [3, 5]) {
    let sum = 0
    for (let run = 0; run < 40_000; run += 1) {
      const scores = Array.from({ length: repeats }, () => (random.uniform() < rate ? 0 : 1))
      sum += momentsOf(scores)?.thirdCumulant ?? Number.NaN
    }
    const truth = -rate * (1 - rate) * (1 - 2 * rate)
    assert.ok(Math.abs(sum / 40_000 - truth) < 0.004, `${repeats}: ${sum / 40_000}`)
  }
  assert.equal(momentsOf([0.2, 0.9])?.thirdCumulant, undefined)
  assert.equal(momentsOf([1, 1, 1])?.thirdCumulant, 0)
})

test('lost answers of one version lean down, of both versions not at all', () => {
  const steady = [1, 1, 1, 1]
  const lossy = [1, 1, 1, 0]
  const suite = (candidate: number[], baseline: number[]) =>
    Array.from({ length: 20 }, (_, i) => (i < 2 ? pairOf(candidate, baseline) : pairOf(steady, steady)))
  const skewness = (candidate: number[], baseline: number[]) => {
    const pairs = suite(candidate, baseline)
    const look = pairedLook(pairs, golden)
    assert.ok(look)
    return skewnessOf(pairs, look)
  }
  // Two cases, each with variance 1/16 and third cumulant -1/64 of its mean.
  assert.ok(Math.abs(skewness(lossy, steady) - -2 / 64 / (2 / 16) ** 1.5) < 1e-12)
  assert.ok(Math.abs(skewness(steady, lossy) + skewness(lossy, steady)) < 1e-12)
  assert.ok(Math.abs(skewness(lossy, lossy)) < 1e-12)
})

test('with one or two repeats the spread between cases stands in', () => {
  const pairs = [1, 1, 1, 1, 1, 1, 1, 0].map((score) => pairOf([score], [1]))
  const look = pairedLook(pairs, golden)
  assert.ok(look && skewnessOf(pairs, look) < -0.5)
  const [one] = pairs
  assert.ok(one)
  const alone = pairedLook([one], golden)
  assert.equal(alone && skewnessOf([one], alone), 0)
})
