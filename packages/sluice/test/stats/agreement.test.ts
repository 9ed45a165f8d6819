import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  agreement,
  clopperPearson,
  isotonic,
  kappaInterval,
  meanDifference,
  ppiMean,
  roganGladen,
  stratifiedKappa,
  weightedProportion,
  withTwoErrors,
} from '../../src/stats/index.ts'
import { kappaCoverage, ppiCoverage, tnrCoverage } from '../support/judge-coverage.ts'

const world = { cases: 50, each: 1, good: 0.7, tpr: 0.95, tnr: 0.9, alike: 0, drawYes: 1 }
const clustered = { ...world, each: 4, alike: 0.5, drawYes: 0.25 }
const design = { confidence: 0.95, levels: 2, distance: 'nominal', tables: 1, draws: 400 } as const
const alone = (table: number, cell: number) => [{ table, cell, weight: 1 }]
const times = <T>(count: number, value: T) => new Array<T>(count).fill(value)

test('where all say the same, agreement beyond chance is not defined, rather than 0 or 1', () => {
  const all = agreement({ human: [1, 1, 1], judge: [1, 1, 1], levels: 2 })
  assert.deepEqual(all, { exact: 1, kappa: null, qwk: null, pearson: null, spearman: null })
  assert.equal(agreement({ human: [], judge: [], levels: 2 }), undefined)
})

test('agreement counts a label by its weight, as if it were there so often', () => {
  const twice = agreement({ human: [0, 1, 1, 2, 2], judge: [0, 1, 1, 1, 2], levels: 3 })
  const weighed = agreement({ human: [0, 1, 2, 2], judge: [0, 1, 1, 2], levels: 3, weights: [1, 2, 1, 1] })
  for (const [name, value] of Object.entries(twice ?? {}))
    assert.ok(Math.abs((weighed?.[name as 'kappa'] ?? 0) - value) < 1e-12, name)
})

test('a judge that answers by the item alone has no agreement over several items', () => {
  // Item 0 is always good and item 1 always bad but for two labels that the judge misses.
  const cells = [0, 1, 0, 9, 9, 0, 1, 0]
  assert.equal(stratifiedKappa(cells, 2, 'nominal'), 0)
  const added = cells.slice(0, 4).map((weight, i) => weight + (cells[4 + i] ?? 0))
  assert.ok((stratifiedKappa(added, 2, 'nominal') ?? 0) > 0.7)
})

test('ten labels without a mistake do not make a judge certain', () => {
  const interval = kappaInterval([...times(5, alone(0, 0)), ...times(5, alone(0, 3))], design)
  assert.ok(interval && interval.high === 1 && interval.low > 0.2 && interval.low < 0.7, JSON.stringify(interval))
  assert.equal(kappaInterval([alone(0, 0)], design), undefined)
})

test('outputs of one case count as one', () => {
  const independent = kappaInterval([...times(20, alone(0, 0)), ...times(20, alone(0, 3))], design)
  const joined = times(4, [...times(5, alone(0, 0)), ...times(5, alone(0, 3))].flat())
  const together = kappaInterval(joined, design)
  assert.ok(independent && together && together.low < independent.low - 0.2)
})

test('the interval of kappa holds, also with unequal probabilities and clusters', () => {
  for (const each of [{ ...world, cases: 20 }, clustered]) {
    const { runs, covered, lowHeld } = kappaCoverage(each, 60, { draws: 100 })
    assert.ok(runs >= 55 && covered >= 0.9 * runs && lowHeld >= 0.95 * runs, JSON.stringify({ covered, lowHeld, runs }))
  }
})

test('with even weights and no clusters the interval of a share is exact', () => {
  const outcomes = [...times(7, 1), ...times(53, 0)]
  const found = weightedProportion(
    outcomes,
    times(60, 2),
    outcomes.map((_, i) => `case ${i}`),
  )
  assert.deepEqual(found, { share: 7 / 60, ...clopperPearson(7, 60), trials: 60 })
  assert.equal(weightedProportion([], [], []), undefined)
})

test('what was drawn seldom, and what shares a case, tells less', () => {
  const [all, names] = [times(40, 1), times(40, 0).map((_, i) => `case ${i}`)]
  const rare = weightedProportion(all, times(40, 1), names, { heaviest: 4 })
  assert.equal(rare?.trials, 10)
  const shared = weightedProportion(
    all,
    times(40, 1),
    names.map((_, i) => `case ${i % 8}`),
  )
  assert.equal(shared?.trials, 8)
  const one = weightedProportion([1, 1, 0], [1, 1, 1], ['a', 'a', 'a'])
  assert.equal(one?.trials, 1)
})

test('the interval of a rate holds, also with unequal probabilities and clusters', () => {
  for (const each of [world, { ...world, drawYes: 0.25 }, clustered]) {
    const { runs, covered } = tnrCoverage(each, 200)
    assert.ok(runs > 190 && covered >= 0.94 * runs, `${covered} of ${runs}`)
  }
})

test('the corrected mean holds, also with unequal probabilities and clusters', () => {
  for (const each of [world, { ...world, drawYes: 0.25 }, clustered]) {
    const { runs, covered } = ppiCoverage(each, 200, 60)
    assert.ok(runs === 60 && covered >= 0.91 * runs, `${covered} of ${runs}`)
  }
})

test('few labels without a mistake leave the corrected mean uncertain', () => {
  const verdicts = [1, 1, 1, 0, 1, 1, 0, 1]
  const sample = {
    humanLabels: verdicts,
    judgeOnLabeled: verdicts,
    judgeUnlabeled: [...verdicts, ...verdicts],
    alpha: 0.05,
  }
  const found = ppiMean(withTwoErrors(sample))
  assert.ok(found && Math.abs(found.estimate - 0.75) < 0.05 && found.ciHigh - found.ciLow > 0.5, JSON.stringify(found))
  assert.equal(ppiMean({ ...sample, humanLabels: [1], judgeOnLabeled: [1] }), undefined)
})

test('a judge that says one thing of everything counts for nothing', () => {
  const human = [1, 0, 1, 1]
  const found = ppiMean({ humanLabels: human, judgeOnLabeled: times(4, 1), judgeUnlabeled: times(9, 1), alpha: 0.05 })
  assert.equal(found?.lambda, 0)
  assert.equal(found?.estimate, 0.75)
  assert.equal(found?.bias, 0.25)
})

test('a share is not corrected by a judge that is hardly better than chance', () => {
  const counts = { tp: 11, pos: 20, tn: 12, neg: 20, judgePos: 50, N: 100 }
  assert.deepEqual(roganGladen(counts), { reason: 'the judge is hardly better than chance' })
  assert.deepEqual(roganGladen({ ...counts, tn: 0, neg: 0 }), { reason: 'nothing was labelled no' })
  assert.deepEqual(roganGladen({ ...counts, tp: 0, pos: 0 }), { reason: 'nothing was labelled yes' })
})

test('equal scores have one calibrated value', () => {
  assert.deepEqual(isotonic([0.2, 0.5, 0.5, 0.9], [0, 1, 0, 1]), [0, 0.5, 0.5, 1])
  assert.deepEqual(isotonic([0.2, 0.5, 0.9], [1, 0, 1], [1, 3, 1]), [0.25, 0.25, 1])
})

test('the difference of two means knows that both groups share cases', () => {
  const names = ['a', 'b', 'c', 'd']
  const group = (values: number[], prefix: string) => ({
    values,
    weights: times(4, 1),
    clusters: names.map((name) => prefix + name),
  })
  const noisy = [0, 1, 0, 1]
  const paired = meanDifference(group(noisy, ''), group([0, 1, 0, 0.9], ''), 0.95)
  const apart = meanDifference(group(noisy, ''), group([0, 1, 0, 0.9], 'other '), 0.95)
  assert.ok(paired && apart && Math.abs(paired.difference - 0.025) < 1e-12 && paired.se < apart.se / 5)
  assert.equal(meanDifference(group(noisy, ''), { values: [1], weights: [1], clusters: ['a'] }, 0.95), undefined)
})
