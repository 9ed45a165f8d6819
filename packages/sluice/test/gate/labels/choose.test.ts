import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseUnits, inShownOrder } from '../../../src/gate/labels/choose.ts'
import { outputHash } from '../../../src/gate/labels/label-files.ts'
import type { LabelUnit } from '../../../src/gate/labels/label-unit.ts'

/** Most verdicts are yes; a no, an open one, one near the flip and one of a rare tag are each a small share. */
function population(size: number): LabelUnit[] {
  return Array.from({ length: size }, (_, index) => ({
    case: `case-${index >> 1}`,
    item: index % 2 === 0 ? 'actions' : 'tone',
    output: outputHash(`text ${index >> 1}`),
    candidate: index % 4 < 2,
    version: null,
    repeat: 1,
    tags: index % 25 === 0 ? ['rare', 'core'] : ['core'],
    verdict: index % 10 === 0 ? 'no' : index % 33 === 0 ? 'cannot_tell' : 'yes',
    isNearFlip: index % 12 === 0,
    differs: index % 17 === 0,
  }))
}

/** What people would say: of what the judge denies or is unsure of mostly no. */
const truth = (unit: LabelUnit) => (unit.verdict === 'yes' && !unit.isNearFlip && !unit.tags.includes('rare') ? 1 : 0)

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
const drawOf = (units: readonly LabelUnit[], count: number, seed: string) => {
  const chosen = chooseUnits(units, { count, seed })
  const places = chosen.map(({ unit, probability }) => ({
    case: unit.case,
    item: unit.item,
    output: unit.output,
    unit,
    probability,
  }))
  return inShownOrder(places, seed)
}

test('every unit can be drawn, and the probabilities add up to the count', () => {
  const units = population(300)
  const seeds = Array.from({ length: 200 }, (_, seed) => chooseUnits(units, { count: 60, seed: String(seed) }))
  const probabilities = new Map(seeds.flat().map(({ unit, probability }) => [unit, probability]))
  assert.equal(probabilities.size, 300)
  assert.ok([...probabilities.values()].every((probability) => probability >= 0.249 * (60 / 300) && probability <= 1))
  assert.ok(Math.abs(sum([...probabilities.values()]) - 60) < 0.01)
})

test('a mean weighted by 1/probability has no bias, also of the first labels alone; one without weights has', () => {
  const units = population(300)
  const expected = mean(units.map(truth))
  const totals: number[] = []
  const ratios: Record<'all' | 'first' | 'plain', number[]> = { all: [], first: [], plain: [] }
  for (let seed = 0; seed < 200; seed += 1) {
    const drawn = drawOf(units, 60, String(seed))
    const weighted = (some: typeof drawn) =>
      sum(some.map(({ unit, probability }) => truth(unit) / probability)) /
      sum(some.map((each) => 1 / each.probability))
    totals.push(sum(drawn.map(({ unit, probability }) => truth(unit) / probability)) / units.length)
    ratios.all.push(weighted(drawn))
    ratios.first.push(weighted(drawn.slice(0, 30)))
    ratios.plain.push(mean(drawn.map(({ unit }) => truth(unit))))
  }
  // Three standard errors of 200 draws; a ratio of two estimates has a bias of the order 1/60 of its variance.
  const off = (values: number[]) => {
    const centre = mean(values)
    const error = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)) / values.length)
    return Math.abs(centre - expected) / error
  }
  assert.ok(off(totals) < 3, `totals are ${off(totals)} standard errors off`)
  assert.ok(off(ratios.all) < 3, `means are ${off(ratios.all)} standard errors off`)
  assert.ok(off(ratios.first) < 3, `means of the first 30 are ${off(ratios.first)} standard errors off`)
  assert.ok(off(ratios.plain) > 15, 'without weights the mean is about what was drawn, and not about all')
})

test('what is rare and uncertain is drawn more often than it occurs', () => {
  const units = population(300)
  const drawn = Array.from({ length: 40 }, (_, seed) => chooseUnits(units, { count: 60, seed: String(seed) })).flat()
  const share = (is: (unit: LabelUnit) => boolean) => [
    mean(units.map((unit) => Number(is(unit)))),
    mean(drawn.map(({ unit }) => Number(is(unit)))),
  ]
  const rare: [string, (unit: LabelUnit) => boolean, number][] = [
    ['a no', ({ verdict }) => verdict === 'no', 1.6],
    ['an open verdict', ({ verdict }) => verdict === 'cannot_tell', 2],
    ['near the flip', ({ isNearFlip }) => isNearFlip, 1.5],
    ['versions that differ', ({ differs }) => differs, 1.5],
    ['a rare tag', ({ tags }) => tags.includes('rare'), 1.3],
  ]
  for (const [what, is, times] of rare) {
    const [before = 0, after = 0] = share(is)
    assert.ok(after > times * before, `${what}: ${before} of all, ${after} of those drawn`)
  }
})

test('the same seed draws the same, a larger count draws more besides, and another seed draws others', () => {
  const units = population(300)
  const few = drawOf(units, 40, 'a')
  assert.deepEqual(drawOf(units.toReversed(), 40, 'a'), few)
  const many = new Set(drawOf(units, 90, 'a').map(({ unit }) => unit))
  assert.ok(few.every(({ unit }) => many.has(unit)) && many.size > few.length)
  const other = drawOf(units, 40, 'b')
  assert.notDeepEqual(
    other.map(({ unit }) => unit),
    few.map(({ unit }) => unit),
  )
})

test('the items of one output are side by side, and where there is little, all of it is drawn for certain', () => {
  const drawn = drawOf(population(20), 100, 'a')
  assert.ok(drawn.length === 20 && drawn.every(({ probability }) => probability === 1))
  for (let index = 0; index < 20; index += 2) assert.equal(drawn[index]?.output, drawn[index + 1]?.output)
  assert.notDeepEqual(
    drawn.map(({ output }) => output),
    population(20).map(({ output }) => output),
  )
  assert.deepEqual(chooseUnits([], { count: 10, seed: 'a' }), [])
})
