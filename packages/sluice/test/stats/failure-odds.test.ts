import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureTails } from '../../src/stats/index.ts'

function choose(n: number, k: number): number {
  return k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k
}

test('both tails equal the sums of the definition', () => {
  for (const [a, n, b, m, odds] of [
    [3, 8, 1, 8, 1],
    [4, 24, 2, 24, 12.7],
    [2, 2, 0, 6, 1],
    [5, 5, 5, 5, 3],
  ] as const) {
    const weights = Array.from({ length: a + b + 1 }, (_, k) => choose(n, k) * choose(m, a + b - k) * odds ** k)
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    const from = (low: number, high: number) => weights.slice(low, high).reduce((sum, weight) => sum + weight, 0) / all
    const tails = failureTails({ failures: a, repeats: n }, { failures: b, repeats: m }, odds)
    assert.ok(Math.abs(tails.atMost - from(0, a + 1)) < 1e-12)
    assert.ok(Math.abs(tails.atLeast - from(a, a + b + 1)) < 1e-12)
  }
})

test("Fisher's lady tasting tea: three of four cups right by chance in 17 of 70, all four in 1 of 70", () => {
  const four = (right: number) =>
    failureTails({ failures: right, repeats: 4 }, { failures: 4 - right, repeats: 4 }, 1).atLeast
  assert.ok(Math.abs(four(3) - 17 / 70) < 1e-12 && Math.abs(four(4) - 1 / 70) < 1e-12)
})

test('nothing failed, or everything did: no tail says anything', () => {
  for (const failures of [0, 6]) {
    assert.deepEqual(failureTails({ failures, repeats: 6 }, { failures, repeats: 6 }, 1), { atMost: 1, atLeast: 1 })
  }
})
