import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../src/stats/index.ts'

function moments(draw: () => number, count = 40_000): { mean: number; variance: number } {
  const values = Array.from({ length: count }, draw)
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count }
}

test('a seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).uniform)
  assert.deepEqual(draw(5), draw(5))
  assert.notDeepEqual(draw(5), draw(6))
})

test('uniform numbers lie inside (0,1) and fill it evenly', () => {
  const random = seededRandom(11)
  const bins = new Array<number>(20).fill(0)
  for (let i = 0; i < 40_000; i += 1) {
    const value = random.uniform()
    assert.ok(value > 0 && value < 1)
    const bin = Math.floor(value * 20)
    bins[bin] = (bins[bin] ?? 0) + 1
  }
  const chiSquare = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
  assert.ok(chiSquare < 45, String(chiSquare))
})

test('normal and beta numbers have their mean and variance, also for small shapes', () => {
  const random = seededRandom(12)
  const normal = moments(random.normal)
  assert.ok(Math.abs(normal.mean) < 0.02 && Math.abs(normal.variance - 1) < 0.03)
  for (const [a, b] of [
    [2, 3],
    [0.3, 2],
    [2.97, 0.03],
    [0.002, 0.004],
  ] as const) {
    const { mean, variance } = moments(() => random.beta(a, b))
    const expected = a / (a + b)
    assert.ok(Math.abs(mean - expected) < 0.015, `beta(${a}, ${b}) has mean ${mean}`)
    assert.ok(Math.abs(variance - (expected * (1 - expected)) / (a + b + 1)) < 0.01)
  }
})
