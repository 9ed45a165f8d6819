import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clusterRobustMean,
  passHatK,
  seededRandom,
  tInterval,
  weightedQuantile,
  weightedStd,
} from '../../src/stats/index.ts'

test('without clusters and with equal weights it is the ordinary mean and its standard error', () => {
  const estimate = clusterRobustMean([1, 2, 3, 6], [1, 1, 1, 1])
  assert.deepEqual([estimate?.mean, estimate?.df, estimate?.nEff, estimate?.count], [3, 3, 4, 4])
  assert.ok(Math.abs((estimate?.se ?? 0) - Math.sqrt(14 / 3 / 4)) < 1e-12)
  const interval = estimate && tInterval(estimate, 0.95)
  assert.ok(Math.abs((interval?.high ?? 0) - 3 - 3.182446 * Math.sqrt(14 / 12)) < 1e-5)
})

test('one cluster has a mean, but no standard error', () => {
  const estimate = clusterRobustMean([1, 2], [1, 3], ['a', 'a'])
  assert.deepEqual([estimate?.mean, estimate?.se], [1.75, undefined])
  assert.equal(estimate && tInterval(estimate, 0.95), undefined)
  assert.equal(clusterRobustMean([], []), undefined)
})

test('a case without a cluster stands alone beside clusters', () => {
  const mixed = clusterRobustMean([1, 2, 3, 4], [1, 1, 1, 1], ['a', 'a', undefined, undefined])
  assert.equal(mixed?.df, 2)
  assert.deepEqual(mixed, clusterRobustMean([1, 2, 3, 4], [1, 1, 1, 1], ['a', 'a', 'b', 'c']))
})

test('quantiles are those of the sample for equal weights, and follow the weight', () => {
  const values = [4, 1, 3, 2]
  const equal = [1, 1, 1, 1]
  assert.equal(weightedQuantile(values, equal, 0.5), 2.5)
  assert.equal(weightedQuantile(values, equal, 0), 1)
  assert.equal(weightedQuantile(values, equal, 1), 4)
  assert.equal(weightedQuantile(values, equal, 0.25), 1.5)
  assert.equal(weightedQuantile(values, [0, 0, 1, 0], 0.1), 3)
  assert.ok((weightedQuantile([0, 1], [1, 1e9], 0.5) ?? 0) > 0.999)
  assert.equal(weightedQuantile([], [], 0.5), undefined)
})

test('the standard deviation is the sample one for equal weights of any size', () => {
  const expected = Math.sqrt(5 / 3)
  for (const weight of [1, 0.01, 70]) {
    const std = weightedStd([1, 2, 3, 4], new Array<number>(4).fill(weight))
    assert.ok(Math.abs((std ?? 0) - expected) < 1e-12)
  }
  assert.equal(weightedStd([1], [1]), undefined)
  assert.equal(weightedStd([1, 2], [1, 0]), undefined)
})

test('pass^k counts the ways to draw k repeats that all passed', () => {
  const cases = [
    { passes: 3, repeats: 4, weight: 1 },
    { passes: 1, repeats: 4, weight: 1 },
    { passes: 4, repeats: 4, weight: 2 },
  ]
  assert.ok(Math.abs((passHatK(cases, 1)?.mean ?? 0) - (0.75 + 0.25 + 2) / 4) < 1e-12)
  assert.ok(Math.abs((passHatK(cases, 2)?.mean ?? 0) - (3 / 6 + 0 + 2) / 4) < 1e-12)
  assert.ok(Math.abs((passHatK(cases, 4)?.mean ?? 0) - 2 / 4) < 1e-12)
})

test('cases with fewer than k repeats are left out and counted', () => {
  const cases = [
    { passes: 2, repeats: 2, weight: 1 },
    { passes: 1, repeats: 1, weight: 1 },
  ]
  assert.deepEqual([passHatK(cases, 2)?.mean, passHatK(cases, 2)?.count, passHatK(cases, 2)?.low], [1, 1, undefined])
  assert.equal(passHatK(cases, 3), undefined)
})

test('cases that all agree are no certainty: pass^k has an interval, the narrower the more cases there are', () => {
  const interval = (cases: number, passes: number) => {
    const { low, high } = passHatK(Array(cases).fill({ passes, repeats: 2, weight: 1 }), 2) ?? {}
    return [low, high].map((end) => Number(end?.toFixed(2)))
  }
  assert.deepEqual(
    [interval(10, 2), interval(40, 2)],
    [
      [0.65, 1],
      [0.89, 1],
    ],
  )
  assert.deepEqual(interval(40, 1), [0, 0.11])
})

test('pass^k is unbiased, and its interval covers the truth', () => {
  const random = seededRandom(5)
  const rounds = 1000
  let [sum, covered] = [0, 0]
  for (let round = 0; round < rounds; round += 1) {
    const cases = Array.from({ length: 40 }, (_, i) => {
      const rate = i % 2 === 0 ? 0.9 : 0.5
      const passes = Array.from({ length: 5 }, () => random.uniform() < rate).filter(Boolean).length
      return { passes, repeats: 5, weight: 1 }
    })
    const estimate = passHatK(cases, 3)
    sum += estimate?.mean ?? 0
    const truth = (0.9 ** 3 + 0.5 ** 3) / 2
    if (estimate && (estimate.low ?? 1) <= truth && truth <= (estimate.high ?? 0)) covered += 1
  }
  assert.ok(Math.abs(sum / rounds - (0.9 ** 3 + 0.5 ** 3) / 2) < 0.005)
  assert.ok(covered / rounds > 0.93, String(covered / rounds))
})
