import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detectableDropOf, type PickCase, pickCases } from '../../../src/gate/suite-pick/pick-cases.ts'

const plan = { tau: 0.1, margin: 0.03, alphaFail: 0.025, seed: 1 }
const noBound = { cases: Infinity, usd: Infinity }

function caseOf(id: string, more: Partial<PickCase> = {}): PickCase {
  return {
    id,
    weight: 1,
    tags: ['core'],
    critical: false,
    cluster: undefined,
    room: 0.9,
    noise: 0.02,
    usd: null,
    ...more,
  }
}

const many = (count: number, more: (at: number) => Partial<PickCase> = () => ({})) =>
  Array.from({ length: count }, (_, at) => caseOf(`c${at}`, more(at)))

const idsOf = (cases: readonly PickCase[]) => cases.map(({ id }) => id)

test('the detectable drop is the margin and 2.8 standard errors of the mean change', () => {
  const se = Math.sqrt((0.1 ** 2 + 2 * 0.02) / 25)
  const found = detectableDropOf(many(25), plan) ?? 0
  assert.ok(Math.abs(found - (0.03 + (1.959964 + 0.841621) * se)) < 1e-6)
  const clustered = many(25, (at) => ({ cluster: `k${at % 5}` }))
  assert.ok((detectableDropOf(clustered, plan) ?? 0) > found)
  assert.equal(detectableDropOf([], plan), null)
})

test('steady cases are preferred to noisy ones, cases that can fall to those that are at 0, other sources to the same', () => {
  const noisy = many(20, (at) => ({ noise: at < 10 ? 0.2 : 0.001 }))
  assert.deepEqual(
    idsOf(pickCases(noisy, { ...noBound, cases: 8 }, plan).chosen).filter((id) => Number(id.slice(1)) < 10),
    [],
  )
  const dead = many(20, (at) => ({ room: at < 10 ? 0 : 0.9 }))
  assert.deepEqual(
    idsOf(pickCases(dead, { ...noBound, cases: 8 }, plan).chosen).filter((id) => Number(id.slice(1)) < 10),
    [],
  )
  const sources = many(20, (at) => ({ cluster: `k${at % 5}`, noise: 0 }))
  const clusters = pickCases(sources, { ...noBound, cases: 5 }, plan).chosen.map(({ cluster }) => cluster)
  assert.equal(new Set(clusters).size, 5)
})

test('critical cases are always in, each tag keeps five cases, and the rest follows the shares of the full suite', () => {
  const suite = many(200, (at) => ({ tags: at < 8 ? ['rare'] : at < 80 ? ['edge'] : ['core'], critical: at === 199 }))
  const { chosen, short } = pickCases(suite, { ...noBound, cases: 30 }, plan)
  const count = (tag: string) => chosen.filter(({ tags }) => tags.includes(tag)).length
  assert.equal(chosen.length, 30)
  assert.ok(idsOf(chosen).includes('c199'))
  assert.deepEqual(short, [])
  assert.ok(count('rare') >= 5 && count('edge') >= 8 && count('core') >= 13, `${count('edge')} ${count('core')}`)
})

test('the same seed chooses the same; the order of the file and the budget are kept', () => {
  const suite = many(60, (at) => ({ tags: [`t${at % 3}`], usd: 0.01 * (1 + (at % 2)) }))
  const budget = { cases: Infinity, usd: 0.25 }
  const once = idsOf(pickCases(suite, budget, plan).chosen)
  assert.deepEqual(idsOf(pickCases(suite, budget, plan).chosen), once)
  assert.notDeepEqual(idsOf(pickCases(suite, budget, { ...plan, seed: 2 }).chosen), once)
  const chosen = suite.filter(({ id }) => once.includes(id))
  assert.deepEqual(idsOf(chosen), once)
  assert.ok(chosen.reduce((sum, { usd }) => sum + (usd ?? 0), 0) <= 0.25)
})

test('a budget that critical cases exceed, or that leaves a tag short, is said', () => {
  const suite = many(20, (at) => ({ critical: at < 4, tags: [at < 10 ? 'a' : 'b'] }))
  assert.equal(pickCases(suite, { ...noBound, cases: 3 }, plan).isTooSmall, true)
  const { short, isTooSmall } = pickCases(suite, { ...noBound, cases: 8 }, plan)
  assert.equal(isTooSmall, false)
  assert.deepEqual(
    short.map(({ tag, least }) => [tag, least]),
    [['b', 5]],
  )
})
