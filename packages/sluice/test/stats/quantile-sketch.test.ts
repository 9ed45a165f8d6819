import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToSketch, newSketch, seededRandom, sketchQuantile } from '../../src/stats/index.ts'

const design = { least: 1, ratio: 1.1, buckets: 172 }

test('a quantile is exact to the ratio of the buckets, whatever the order of the values', () => {
  const random = seededRandom(5)
  const values = Array.from({ length: 5000 }, () => 500 * Math.exp(random.normal()))
  const [forward, backward] = [newSketch(design), newSketch(design)]
  for (const value of values) addToSketch(forward, value, design)
  for (const value of values.toReversed()) addToSketch(backward, value, design)
  assert.deepEqual(forward, backward)
  const sorted = values.toSorted((a, b) => a - b)
  for (const p of [0.05, 0.5, 0.95]) {
    const found = sketchQuantile(forward, p, design) ?? Number.NaN
    const exact = sorted[Math.ceil(p * values.length) - 1] ?? Number.NaN
    assert.ok(found >= exact && found <= exact * 1.1 + 1e-9, `${p}: ${found}, ${exact}`)
  }
})

test('what lies outside the buckets is counted at their ends, and nothing has no quantile', () => {
  const counts = newSketch(design)
  assert.equal(sketchQuantile(counts, 0.5, design), undefined)
  for (const value of [0, 0.5, 1e12]) addToSketch(counts, value, design)
  assert.equal(counts[0], 2)
  assert.equal(counts.at(-1), 1)
  assert.equal(sketchQuantile(counts, 0.5, design), 1)
})
