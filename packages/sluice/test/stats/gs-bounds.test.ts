import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gsBounds, normCdf, normInv, seededRandom } from '../../src/stats/index.ts'

const looks = [0.125, 0.25, 0.375, 0.625, 1]

/** The share of standard Brownian paths that cross before or at each look. */
function crossingRates(fractions: number[], bounds: readonly number[], paths: number): number[] {
  const random = seededRandom(7)
  const crossed = fractions.map(() => 0)
  for (let path = 0; path < paths; path += 1) {
    let [position, t] = [0, 0]
    for (const [look, next] of fractions.entries()) {
      position += Math.sqrt(next - t) * random.normal()
      t = next
      if (position / Math.sqrt(t) < (bounds[look] ?? 0)) continue
      for (let later = look; later < fractions.length; later += 1) crossed[later] = (crossed[later] ?? 0) + 1
      break
    }
  }
  return crossed.map((count) => count / paths)
}

test('paths without drift cross as often as the error is spent, look by look', () => {
  const paths = 200_000
  const rates = crossingRates(looks, gsBounds(looks, 0.05), paths)
  for (const [look, rate] of rates.entries()) {
    const spent = 0.05 * Math.log(1 + (Math.E - 1) * (looks[look] ?? 0))
    const error = Math.sqrt((spent * (1 - spent)) / paths)
    assert.ok(Math.abs(rate - spent) < 3.5 * error, `look ${look}: ${rate}, spent ${spent}`)
  }
})

test('one look is the ordinary test', () => {
  for (const alpha of [0.4, 0.05, 0.025 / 7, 1e-12])
    assert.ok(Math.abs((gsBounds([1], alpha)[0] ?? 0) + normInv(alpha)) < 1e-9)
})

test('the boundaries for the default looks', () => {
  const expected = [2.33666, 2.29083, 2.24884, 2.08862, 1.98326]
  assert.deepEqual(
    gsBounds(looks, 0.05).map((bound) => Number(bound.toFixed(5))),
    expected,
  )
})

test('a smaller error moves every boundary out', () => {
  const [wide, narrow] = [gsBounds(looks, 0.05), gsBounds(looks, 0.005)]
  assert.ok(wide.every((bound, look) => bound < (narrow[look] ?? 0)))
})

test('two looks that nearly coincide spend what the first alone would', () => {
  const [first, second] = gsBounds([0.9999, 1], 0.05)
  assert.ok(Math.abs((first ?? 0) - 1.6449) < 1e-3)
  assert.ok((second ?? 0) > (first ?? 0) && Number.isFinite(second))
})

test('a look without new information cannot decide', () => {
  assert.deepEqual(gsBounds([0.5, 0.5, 1], 0.05)[1], Number.POSITIVE_INFINITY)
  assert.ok(Math.abs((gsBounds([0.5, 0.5, 1], 0.05)[2] ?? 0) - (gsBounds([0.5, 1], 0.05)[1] ?? 1)) < 1e-9)
})

test('many looks stay within the error', () => {
  const many = Array.from({ length: 20 }, (_, i) => (i + 1) / 20)
  const rate = crossingRates(many, gsBounds(many, 0.05), 50_000).at(-1) ?? 1
  assert.ok(Math.abs(rate - 0.05) < 3.5 * Math.sqrt((0.05 * 0.95) / 50_000), String(rate))
})

test('boundaries of a plan are computed once', () => {
  assert.equal(gsBounds(looks, 0.031), gsBounds([...looks], 0.031))
  assert.ok(normCdf(-(gsBounds(looks, 0.031)[4] ?? 0)) < 0.031)
})
