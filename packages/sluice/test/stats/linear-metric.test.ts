import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CountedCase,
  linearMetric,
  type PartCount,
  seededRandom,
  shareDifferenceInterval,
  shareInterval,
} from '../../src/stats/index.ts'

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-12, `${actual} is not ${expected}`)

/** The counts of macro F1 over `classes` classes. */
function f1Counts(expected: number, got: number, classes: number): PartCount[] {
  return Array.from({ length: classes }, (_, one) => ({
    hit: expected === one && got === one ? 2 : 0,
    of: Number(expected === one) + Number(got === one),
  }))
}

test('a metric is the mean of the ratios of its parts, and influences add up to 0', () => {
  const answers = [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 1],
    [1, 0],
  ] as const
  const cases = answers.map(
    ([expected, got], index): CountedCase => ({
      weight: index === 0 ? 2 : 1,
      repeats: [f1Counts(expected, got, 2), f1Counts(expected, got, 2)],
    }),
  )
  const metric = linearMetric(cases, 2)
  // F1 of class 0: 2 * 2 of (3 + 3); of class 1: 2 * 2 of (3 + 3).
  near(metric?.value, (4 / 6 + 4 / 6) / 2)
  const sum = metric?.cases.reduce((total, { influence: [first = 0] }) => total + first, 0)
  near(sum, 0)
  near(
    metric?.cases.reduce((total, { share }) => total + share, 0),
    1,
  )
  assert.equal(linearMetric(cases.slice(2, 3), 2), undefined)
})

test('the influence of a case is what a little more weight of it would change', () => {
  const random = seededRandom(3)
  const cases = Array.from({ length: 12 }, (): CountedCase => {
    const [expected, got] = [random.uniform(), random.uniform()].map((value) => Math.floor(3 * value)) as [
      number,
      number,
    ]
    return { weight: 1, repeats: [f1Counts(expected, got, 3)] }
  })
  const metric = linearMetric(cases, 3)
  const step = 1e-6
  for (const index of [0, 5, 11]) {
    const heavier = cases.map((one, at) => (at === index ? { ...one, weight: 1 + step } : one))
    const slope = ((linearMetric(heavier, 3)?.value ?? 0) - (metric?.value ?? 0)) / step
    assert.ok(Math.abs(slope - (metric?.cases[index]?.influence[0] ?? 0)) < 1e-5)
  }
})

test('few cases that all agree are no certainty', () => {
  const all = Array.from({ length: 20 }, () => ({ influence: 0, share: 1 / 20, cluster: undefined }))
  const own = shareInterval(1, all, 0.95)
  assert.ok(own && own.low > 0.75 && own.low < 0.87 && own.high === 1)
  const difference = shareDifferenceInterval(0, all, 0.95)
  assert.ok(difference && Math.abs(difference.low + 2.093 / 22) < 1e-3 && difference.high === -difference.low)
  assert.equal(
    shareInterval(
      1,
      all.map((one) => ({ ...one, cluster: 'same' })),
      0.95,
    ),
    undefined,
  )
})

test('the intervals of a macro F1 and of its difference hold the truth as often as they say', () => {
  const random = seededRandom(11)
  const classes = 3
  const answer = (expected: number, right: number) =>
    random.uniform() < right ? expected : (expected + 1 + Math.floor(2 * random.uniform())) % classes
  const draw = (clusters: number) =>
    Array.from({ length: clusters }, (_, cluster) => {
      const isHard = random.uniform() < 0.3
      return Array.from({ length: 2 }, () => {
        const expected = Math.floor(classes * random.uniform())
        const baseline = answer(expected, isHard ? 0.5 : 0.95)
        const candidate = random.uniform() < 0.7 ? baseline : answer(expected, isHard ? 0.4 : 0.9)
        return { cluster: `${cluster}`, expected, baseline, candidate }
      })
    }).flat()
  const metricOf = (rows: ReturnType<typeof draw>, arm: 'candidate' | 'baseline') =>
    linearMetric(
      rows.map((row) => ({ weight: 1, repeats: [f1Counts(row.expected, row[arm], classes)] })),
      classes,
    )
  const world = draw(8_000)
  const [truth, before] = [metricOf(world, 'candidate')?.value ?? 0, metricOf(world, 'baseline')?.value ?? 0]
  const runs = 200
  let [held, heldDifference] = [0, 0]
  for (let run = 0; run < runs; run += 1) {
    const rows = draw(40)
    const [ours, theirs] = [metricOf(rows, 'candidate'), metricOf(rows, 'baseline')]
    if (!ours || !theirs) continue
    const shares = rows.map(({ cluster }, index) => ({ cluster, share: ours.cases[index]?.share ?? 0 }))
    const influenceAt = (index: number) => ours.cases[index]?.influence[0] ?? 0
    const own = shareInterval(
      ours.value,
      shares.map((one, at) => ({ ...one, influence: influenceAt(at) })),
      0.95,
    )
    const paired = shares.map((one, at) => ({
      ...one,
      influence: influenceAt(at) - (theirs.cases[at]?.influence[0] ?? 0),
    }))
    const difference = shareDifferenceInterval(ours.value - theirs.value, paired, 0.95)
    if (own && own.low <= truth && truth <= own.high) held += 1
    if (difference && difference.low <= truth - before && truth - before <= difference.high) heldDifference += 1
  }
  // 200 runs at 95 %: three standard errors are 4.6 %.
  assert.ok(held / runs > 0.904, `value ${held / runs}`)
  assert.ok(heldDifference / runs > 0.904, `difference ${heldDifference / runs}`)
})
