import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addCovariate, expectedExcess, expectGiven, newCovariateSums } from '../../src/stats/index.ts'

const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-12, `${found}, ${expected}`)

/** Scores that fall by 0.1 for each unit of the covariate, which is 0, 1 or 2. */
function learnt(count: number) {
  const sums = newCovariateSums()
  for (let i = 0; i < count; i += 1) addCovariate(sums, i % 3, 0.9 - 0.1 * (i % 3))
  return sums
}

test('what a covariate explains is the least-squares line, drawn towards no slope', () => {
  // Slope -0.1 times n / (n + 20) about the mean of 1.
  const sums = learnt(60)
  near(expectedExcess(sums, 2), -0.1 * (60 / 80))
  near(expectedExcess(sums, 0), 0.1 * (60 / 80))
  near(expectedExcess(sums, 1), 0)
  const { mean, variance } = expectGiven({ mean: 0.8, variance: 0.05 }, sums, 2)
  near(mean, 0.8 - 0.075)
  // The spread of 0, 1, 2 is 2/3.
  near(variance, 0.05 - 0.075 ** 2 * (2 / 3))
})

test('nothing is explained by few scores, an unknown covariate or one that never varies', () => {
  assert.equal(expectedExcess(learnt(48), 2), 0)
  assert.equal(expectedExcess(learnt(60), null), 0)
  const constant = newCovariateSums()
  for (let i = 0; i < 100; i += 1) addCovariate(constant, 5, i % 2)
  assert.equal(expectedExcess(constant, 9), 0)
  assert.deepEqual(expectGiven({ mean: 0.5, variance: 0.25 }, constant, 9), { mean: 0.5, variance: 0.25 })
})

test('what is expected of a score lies in [0,1], and its variance is not explained away', () => {
  const sums = learnt(600)
  const { mean, variance } = expectGiven({ mean: 0.05, variance: 0.01 }, sums, 100)
  assert.equal(mean, 0)
  assert.ok(variance >= 0.001)
})
