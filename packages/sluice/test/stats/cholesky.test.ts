import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cholesky, solveLower, timesLower } from '../../src/stats/cholesky.ts'

const covariance = [
  [4, 2, 0.6],
  [2, 5, 1],
  [0.6, 1, 3],
]
const of = (i: number, j: number) => covariance[i]?.[j] ?? Number.NaN

test('a covariance is the triangle times itself, and what was multiplied by it can be solved for', () => {
  const lower = cholesky([0, 1, 2], of)
  for (const [i, values] of covariance.entries())
    for (const [j, expected] of values.entries()) {
      const row = lower[i] ?? new Float64Array()
      const product = row.reduce((sum, each, k) => sum + each * (lower[j]?.[k] ?? 0), 0)
      assert.ok(Math.abs(product - expected) < 1e-12, `${i} ${j}: ${product}`)
    }
  const x = [0.5, -2, 3]
  for (const [i, one] of solveLower(lower, [...timesLower(lower, x)]).entries())
    assert.ok(Math.abs(one - (x[i] ?? 0)) < 1e-12)
})

test('what is no covariance is refused', () => {
  assert.throws(() => cholesky([0, 1], (i, j) => (i === j ? 1 : 2)), /not positive definite/)
  assert.throws(() => cholesky([0], () => Number.NaN), /not positive definite/)
})
