import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differenceOfCells } from '../../../src/gate/matrix/compare-cells.ts'
import { signFlipP } from '../../../src/stats/index.ts'
import { equalWorlds, shareWithClaims } from './equal-models.ts'

type Scores = readonly (number | undefined)[]

/** Cases with one answer of each cell, candidate first. */
const cases = (pairs: readonly (readonly [Scores[number], Scores[number]])[], cluster?: (index: number) => string) =>
  pairs.map(([candidate, baseline], index) => ({
    id: String(index),
    weight: 1,
    cluster: cluster?.(index),
    tags: [],
    critical: false,
    candidate: [candidate],
    baseline: [baseline],
    state: 'scored' as const,
    baselineState: 'scored' as const,
  }))
const terms = { confidence: 0.95, comparisons: 1, repeats: 1 }
const many = <T>(count: number, of: (index: number) => T) => Array.from({ length: count }, (_, index) => of(index))

test('better and worse are said where the interval excludes 0, and the number of comparisons widens it', () => {
  const drop = cases(many(30, (index) => [index % 3 ? 1 : 0, 1] as const))
  const alone = differenceOfCells(drop, terms)
  assert.deepEqual([alone.outcome, alone.pairs, alone.mean?.toFixed(3)], ['worse', 30, '-0.333'])
  assert.ok((alone.ciHigh ?? 0) < 0)
  const swapped = drop.map((row) => ({ ...row, candidate: row.baseline, baseline: row.candidate }))
  assert.equal(differenceOfCells(swapped, terms).outcome, 'better')
  const together = differenceOfCells(drop, { ...terms, comparisons: 200 })
  assert.ok((together.ciLow ?? 0) < (alone.ciLow ?? 0), JSON.stringify(together))
  assert.equal(differenceOfCells(drop, { ...terms, comparisons: 5000 }).outcome, 'undecided')
})

test('few cases, and cases of few clusters, prove nothing however alike their differences are', () => {
  const few = differenceOfCells(cases(many(5, () => [0, 1] as const)), terms)
  assert.deepEqual([few.outcome, few.ciHigh], ['undecided', 0])
  const rows = many(40, () => [0, 1] as const)
  const clustered = differenceOfCells(
    cases(rows, (index) => String(index % 5)),
    terms,
  )
  assert.deepEqual([clustered.outcome, clustered.ciHigh], ['undecided', 0])
  assert.equal(differenceOfCells(cases(rows), terms).outcome, 'worse')
  const one = differenceOfCells(
    cases(rows, () => 'a'),
    terms,
  )
  assert.deepEqual([one.mean, one.ciLow, one.outcome], [-1, null, 'undecided'])
})

test('cases that score alike do not show that all would: the interval has a width', () => {
  const { mean, ciLow, ciHigh } = differenceOfCells(cases(many(30, () => [1, 1] as const)), terms)
  assert.deepEqual([mean, ciLow?.toFixed(3), ciHigh?.toFixed(3)], [0, '-0.116', '0.116'])
  const steady = cases(many(30, (index) => [index % 2, (index + 1) % 2] as const)).map((row) => ({
    ...row,
    candidate: [...row.candidate, ...row.candidate],
    baseline: [...row.baseline, ...row.baseline],
  }))
  const spread = differenceOfCells(steady, { ...terms, repeats: 2 })
  assert.ok((spread.ciHigh ?? 0) > 0.3, 'repeats that say the same are no proof over cases')
})

test('an incomplete cell is never better, and worse only whatever its missing answers had scored', () => {
  const winner = many(60, (index) => [index < 58 ? 1 : undefined, index % 2] as const)
  assert.equal(differenceOfCells(cases(winner), terms).outcome, 'undecided')
  assert.equal(differenceOfCells(cases(winner.map(([, theirs]) => [1, theirs] as const)), terms).outcome, 'better')
  const loser = (missing: number) =>
    differenceOfCells(cases(many(60, (index) => [index < missing ? undefined : 0.2, 0.8] as const)), terms)
  assert.deepEqual([loser(3).outcome, loser(3).pairs, loser(50).outcome], ['worse', 57, 'undecided'])
  const gaps = many(60, (index) => [0.9, index < 50 ? undefined : 0.5] as const)
  assert.equal(differenceOfCells(cases(gaps), terms).outcome, 'undecided', 'the reference may have been as good')
  assert.deepEqual(differenceOfCells(cases([[undefined, 1]]), terms), {
    pairs: 0,
    mean: null,
    ciLow: null,
    ciHigh: null,
    outcome: 'undecided',
  })
})

test('the sign-flip test counts patterns of few values and draws those of many', () => {
  assert.equal(signFlipP([1, 1, 1, 1, 1]), 2 / 32)
  assert.equal(signFlipP([3, -1, 0]), 1)
  assert.equal(signFlipP([]), 1)
  assert.ok(Math.abs(signFlipP(many(16, (index) => (index < 12 ? 1 : -1))) - 0.0768) < 0.01)
  assert.equal(signFlipP(many(60, () => 0.3)), 1 / 10_000)
})

const worlds = Number(process.env.SLUICE_MATRIX_WORLDS ?? 60)

for (const [name, world] of Object.entries(equalWorlds)) {
  test(`of equal models none is called better or worse, in 95 of 100 matrices: ${name}`, () => {
    const share = shareWithClaims(world, worlds, 11)
    assert.ok(share <= 0.05, `${share}`)
  })
}

test('a model that is much worse is found', () => {
  const world = { cases: 100, comparisons: 5, ease: () => 0.9, drop: 0.3 }
  assert.ok(shareWithClaims(world, 10, 12) > 0.95)
})
