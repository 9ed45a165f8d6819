import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterRobustMean, type GroupedValue, groupDifference, seededRandom, tInv } from '../../src/stats/index.ts'

const of = (isFirst: boolean, ...values: number[]): GroupedValue[] =>
  values.map((value) => ({ value, weight: 1, isFirst }))

test("without clusters and weights it is Welch's interval", () => {
  const [a, b] = [
    [0.1, 0.4, 0.2, 0.5],
    [0.3, 0.35, 0.31, 0.36, 0.33],
  ]
  const found = groupDifference([...of(true, ...a), ...of(false, ...b)], 0.95)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const part = (values: number[]) =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1) / values.length
  const se = Math.sqrt(part(a) + part(b))
  const df = (part(a) + part(b)) ** 2 / (part(a) ** 2 / 3 + part(b) ** 2 / 4)
  assert.ok(Math.abs((found?.se ?? 0) - se) < 1e-12)
  assert.ok(Math.abs((found?.low ?? 0) - (mean(a) - mean(b) - tInv(0.975, df) * se)) < 1e-12)
})

test('weights and clusters within a group count as in a mean of its own', () => {
  const first = [0.1, 0.9, 0.4, 0.3].map((value, at) => ({
    value,
    weight: at + 1,
    cluster: at < 2 ? 'one' : undefined,
    isFirst: true,
  }))
  const rest = of(false, 0.2, 0.2, 0.2)
  const alone = clusterRobustMean(
    first.map(({ value }) => value),
    first.map(({ weight }) => weight),
    first.map(({ cluster }) => cluster),
  )
  const found = groupDifference([...first, ...rest], 0.95)
  assert.ok(Math.abs((found?.se ?? 0) - (alone?.se ?? 1)) < 1e-12)
})

test('a cluster that reaches into both groups moves both, so that its part cancels out', () => {
  const values: GroupedValue[] = [true, false].flatMap((isFirst) =>
    [0, 1, 2, 3].map((at) => ({ value: at % 2, weight: 1, cluster: `c${at}`, isFirst })),
  )
  assert.ok((groupDifference(values, 0.95)?.se ?? 1) < 1e-12)
})

test('a group without values, or of one cluster, has no interval', () => {
  assert.equal(groupDifference(of(true, 1, 2), 0.95), undefined)
  const found = groupDifference([...of(true, 1), ...of(false, 1, 2)], 0.95)
  assert.deepEqual([found?.difference, found?.se, found?.low], [-0.5, undefined, undefined])
})

test('in a world without a gap the interval misses it as rarely as it says, with clusters across the groups', () => {
  const random = seededRandom(11)
  let misses = 0
  const runs = 400
  for (let run = 0; run < runs; run += 1) {
    const shared = Array.from({ length: 30 }, () => 0.1 * random.normal())
    const values = Array.from({ length: 120 }, (_, at): GroupedValue => {
      const cluster = at % 30
      const value = (shared[cluster] ?? 0) + 0.2 * random.normal()
      return { value, weight: 1 + (at % 3), cluster: `c${cluster}`, isFirst: at < 30 }
    })
    const { low = 0, high = 0 } = groupDifference(values, 0.95) ?? {}
    if (low > 0 || high < 0) misses += 1
  }
  assert.ok(misses >= 8 && misses <= 36, `${misses} of ${runs}`)
})
