import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EffectPair, lossChange, lossOf, meanEffect, seededRandom } from '../../src/stats/index.ts'

const policy = { margin: 0.05, confidence: 0.95 }

const pair = (having: number[], lacking: number[], more: Partial<EffectPair> = {}): EffectPair => ({
  weight: 1,
  having,
  lacking,
  ...more,
})

test('lift is the weighted mean of the differences, harm what lies below by more than the margin', () => {
  const pairs = [
    pair([1], [0.5]),
    pair([1], [0.5]),
    pair([0.2], [0.8]),
    pair([0.5], [0.55]),
    pair([0.1 + 0.2], [0.3], { weight: 4 }),
  ]
  assert.ok(Math.abs((meanEffect(pairs, 0.95)?.value ?? 0) - (0.5 + 0.5 - 0.6 - 0.05) / 8) < 1e-12)
  const loss = lossOf(pairs, policy)
  assert.equal(loss?.share.value, 1 / 8)
  assert.ok(Math.abs((loss?.size?.value ?? 0) - 0.6) < 1e-12)
  assert.deepEqual([meanEffect([], 0.95), lossOf([], policy)], [undefined, undefined])
})

test('each answer is held against each other, so that repeats change no share, and the size counts worse answers alone', () => {
  const loss = lossOf([pair([1, 0], [1, 0.5, 0.5]), pair([1, 1], [0, 0, 0])], policy)
  assert.equal(loss?.share.value, 3 / 6 / 2)
  assert.ok(Math.abs((loss?.size?.value ?? 0) - (1 + 0.5 + 0.5) / 3) < 1e-12)
})

test('no harm in 24 cases is no proof of none, and harm in all is no certainty', () => {
  const steady = Array.from({ length: 24 }, () => pair([1], [0.5]))
  const none = lossOf(steady, policy)
  assert.deepEqual([none?.share.value, none?.share.low, none?.size], [0, 0, undefined])
  assert.ok((none?.share.high ?? 0) > 0.1 && (none?.share.high ?? 1) < 0.2)
  const lift = meanEffect(steady, 0.95)
  assert.ok((lift?.low ?? 1) < 0.45 && (lift?.high ?? 0) > 0.5)
  assert.equal(meanEffect([pair([1], [0], { cluster: 'a' }), pair([1], [0], { cluster: 'a' })], 0.95)?.low, undefined)
})

test('copies of a case in its cluster narrow no interval', () => {
  const alone = Array.from({ length: 12 }, (_, index) =>
    pair([index % 3 === 0 ? 0 : 1], [0.5], { cluster: `${index}` }),
  )
  const copied = alone.flatMap((one) => [one, one, one])
  assert.deepEqual(width(meanEffect(copied, 0.95)), width(meanEffect(alone, 0.95)))
  assert.deepEqual(width(lossOf(copied, policy)?.share), width(lossOf(alone, policy)?.share))
})

function width(estimate: { low: number | undefined; high: number | undefined } | undefined): string {
  return ((estimate?.high ?? 0) - (estimate?.low ?? 0)).toFixed(9)
}

/** Worlds by the probability that an answer is right: with, before and without. Small, for time; larger runs hold too. */
const worlds: Record<string, { clusters: number; size: number; repeats: number; draw(u: number): number[] }> = {
  'helps most, harms one in six': {
    ...{ clusters: 24, size: 1, repeats: 1 },
    draw: (u) => (u < 1 / 6 ? [0.2, 0.8, 0.9] : [0.9, 0.9, 0.4]),
  },
  'changes nothing, in clusters of four': { clusters: 20, size: 4, repeats: 3, draw: (u) => [u, u, u] },
  'always helps a little, and takes everything from one in thirty': {
    ...{ clusters: 60, size: 1, repeats: 1 },
    draw: (u) => (u < 1 / 30 ? [0, 1, 1] : [1, 1, 1]),
  },
}

for (const [name, { clusters, size, repeats, draw }] of Object.entries(worlds))
  test(`the intervals hold where the change ${name}`, () => {
    const random = seededRandom(16)
    const suite = (count: number) =>
      Array.from({ length: count }, (_, cluster) => {
        const [having = 0, before = 0, lacking = 0] = draw(random.uniform())
        const answers = (right: number) => Array.from({ length: repeats }, () => Number(random.uniform() < right))
        return Array.from({ length: size }, () => ({
          ...{ weight: 1, cluster: `${cluster}` },
          ...{ having: answers(having), before: answers(before), lacking: answers(lacking) },
        }))
      }).flat()
    const estimates = (cases: ReturnType<typeof suite>) => ({
      lift: meanEffect(cases, 0.95),
      harm: lossOf(cases, policy)?.share,
      change: lossChange(cases, policy),
    })
    const truth = estimates(suite(3000))
    const runs = 100
    const missed = { lift: 0, harm: 0, change: 0 }
    for (let run = 0; run < runs; run += 1) {
      const found = estimates(suite(clusters))
      for (const key of ['lift', 'harm', 'change'] as const) {
        const value = truth[key]?.value ?? Number.NaN
        if (!(value >= (found[key]?.low ?? 1) - 1e-9 && value <= (found[key]?.high ?? -1) + 1e-9)) missed[key] += 1
      }
    }
    // Of 100 intervals of which 5 % miss, more than 11 miss in fewer than one of 200 times.
    for (const [key, count] of Object.entries(missed)) assert.ok(count <= 11, `${key}: ${count} of ${runs}`)
  })
