import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holm, seededRandom } from '../../src/stats/index.ts'

test('each step multiplies by the number of hypotheses that remain', () => {
  assert.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
  assert.deepEqual(holm([]), [])
  assert.deepEqual(holm([0.6, 0.9]), [1, 1])
})

test('adjusted values keep the order, never shrink and never pass 1', () => {
  const random = seededRandom(1)
  for (let round = 0; round < 200; round += 1) {
    const pValues = Array.from({ length: 1 + (round % 9) }, () => random.uniform() ** 3)
    const adjusted = holm(pValues)
    for (const [i, p] of pValues.entries()) {
      const own = adjusted[i] ?? Number.NaN
      assert.ok(own >= p && own <= 1)
      for (const [j, other] of pValues.entries()) if (p <= other) assert.ok(own <= (adjusted[j] ?? Number.NaN))
    }
  }
})

test('under the null the chance of any rejection is the error rate', () => {
  const random = seededRandom(2)
  let rejected = 0
  for (let round = 0; round < 20_000; round += 1) {
    if (holm(Array.from({ length: 6 }, () => random.uniform())).some((p) => p <= 0.05)) rejected += 1
  }
  assert.ok(Math.abs(rejected / 20_000 - (1 - (1 - 0.05 / 6) ** 6)) < 0.006)
})
