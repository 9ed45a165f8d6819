import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { gateCase, noisyCases, play } from './gate-scores.ts'

/** Cases in groups of ten; `change` by tag. */
function tagged(changes: Record<string, number>, options: Parameters<typeof noisyCases>[2] = {}): GateCase[] {
  const names = Object.keys(changes)
  const tagOf = (i: number) => names[Math.floor(i / 10)] ?? ''
  const cases = noisyCases(10 * names.length, (i) => changes[tagOf(i)] ?? 0, options)
  return cases.map((one, i) => ({ ...one, tags: [tagOf(i)] }))
}

const calm = { b: 0, c: 0, d: 0, e: 0, f: 0, g: 0, h: 0, i: 0, j: 0 }

test('a tag that collapses fails a run whose mean is fine', () => {
  const { decision, steps } = play(
    tagged({ a: -0.35, b: 0.06, ...Object.fromEntries('cdefghij'.split('').map((tag) => [tag, 0.06])) }),
  )
  assert.equal(decision.verdict, 'fail')
  assert.deepEqual(
    decision.reasons.map(({ code, tag }) => [code, tag]),
    [['tag-regression', 'a']],
  )
  assert.match(decision.reasons[0]?.message ?? '', /Tag a changed by -0\.\d+ over 10 cases .*tag margin of 0\.1/)
  assert.ok(steps.slice(0, -1).every(({ state }) => state.tags.every(({ failed }) => !failed)))
  assert.deepEqual(
    decision.tags.filter(({ verdict }) => verdict === 'fail').map(({ tag }) => tag),
    ['a'],
  )
})

test('a suspicious tag holds the pass back, and only its cases are repeated', () => {
  const cases = tagged({ a: -0.08, ...calm }, { sd: 0.12, seed: 5 })
  const { decision, steps } = play(cases)
  const first = steps.find(({ state }) => state.difference?.outcome === 'pass')
  const wanted = first?.wanted
  assert.ok(wanted)
  assert.deepEqual(wanted.candidate, new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
  assert.deepEqual(wanted.baseline, wanted.candidate)
  assert.equal(decision.tags.find(({ tag }) => tag === 'a')?.cases, 10)
})

test('a suspicious tag that further repeats clear lets the run pass', () => {
  const cases = tagged({ a: 0, ...calm }, { seed: 5 }).map((one, i) => {
    if (i >= 10) return one
    return { ...one, candidate: one.candidate.map((score, r) => (r === 0 ? score - 0.09 : score)) }
  })
  const { decision, steps } = play(cases)
  assert.ok(steps.some(({ state }) => state.tags.some(({ tag, suspicious }) => tag === 'a' && suspicious)))
  assert.deepEqual([decision.verdict, decision.strength], ['pass', 'strong'])
  assert.equal(decision.tags[0]?.verdict, 'pass')
})

test('a tag that lost half of its margin, and surely no more, is cleared at once', () => {
  const { decision, steps } = play(tagged({ a: -0.06, ...calm }, { sd: 0.01 }))
  assert.ok((decision.tags[0]?.meanDifference ?? 0) < -0.05)
  assert.equal(steps[0]?.state.tags.find(({ tag }) => tag === 'a')?.suspicious, false)
  assert.equal(decision.verdict, 'pass')
})

test('a small tag that looks well need not be proven well', () => {
  const cases = noisyCases(180, () => 0, { seed: 1 }).map((one, i) => ({ ...one, tags: i < 5 ? ['small'] : [] }))
  const { decision, steps } = play(cases)
  const [small] = decision.tags
  assert.ok((small?.ciLow ?? 0) < -0.1 && (small?.meanDifference ?? -1) > -0.05)
  assert.deepEqual([decision.verdict, small?.verdict], ['pass', 'pass'])
  assert.equal(decision.trace.difference.length, steps.length)
})

test('a tag that stays suspicious to the last look is inconclusive, also under tie-break', () => {
  const { decision, steps } = play(tagged({ a: -0.1, ...calm }, { sd: 0.12, seed: 9 }))
  assert.deepEqual([decision.verdict, decision.blocking, steps.length], ['inconclusive', true, 5])
  assert.deepEqual(
    decision.reasons.map(({ code, tag }) => [code, tag]),
    [['tag-undecided', 'a']],
  )
})

test('a tag all of whose answers were lost is not passed, however small it is', () => {
  const lost = (count: number) =>
    play(tagged(calm).map((one, i) => (i < count ? { ...one, tags: ['legal'], candidate: [], missing: 1 } : one)))
  const { decision } = lost(2)
  assert.equal(decision.verdict, 'inconclusive')
  assert.deepEqual(
    decision.reasons.map(({ code, tag }) => [code, tag]),
    [['no-scores', 'legal']],
  )
  assert.match(decision.reasons[0]?.message ?? '', /None of the 2 cases with the tag legal/)
  assert.equal(lost(1).decision.verdict, 'pass')
})

test('tags with fewer than five pairs are shown, not tested', () => {
  const cases = noisyCases(40, (i) => (i < 4 ? -0.3 : 0.05)).map((one, i) => ({
    ...one,
    tags: i < 4 ? ['few'] : ['many', 'all'],
  }))
  const { decision } = play(cases)
  const [few, many] = decision.tags
  assert.deepEqual([few?.tag, few?.cases, few?.verdict, few?.meanDifference], ['few', 4, null, null])
  assert.ok(Math.abs((few?.mean ?? 0) - 0.4) < 0.15)
  assert.deepEqual([many?.tag, many?.verdict], ['many', 'pass'])
  assert.equal(decision.verdict, 'pass')
})

test('Holm goes on: once one tag is rejected the next meets a lower bar', () => {
  const swing = (i: number) => (i % 2 === 0 ? 0.0525 : -0.0525)
  const drop = (by: number, tag: string) =>
    Array.from({ length: 10 }, (_, i) =>
      gateCase(`${tag}${i}`, [0.8 - by + swing(i)], { baseline: [0.8], tags: [tag] }),
    )
  const up = Array.from({ length: 10 }, (_, i) => gateCase(`up${i}`, [0.99], { baseline: [0.1 + i / 50] }))
  const verdicts = (cases: GateCase[]) =>
    play([...cases, ...up], { looks: [1] }).decision.tags.map(({ verdict }) => verdict)
  const z = 0.142
  assert.deepEqual(verdicts([...drop(z, 'a'), ...drop(0, 'b'), ...drop(0, 'c')]), ['inconclusive', 'pass', 'pass'])
  assert.deepEqual(verdicts([...drop(z, 'a'), ...drop(0.5, 'b'), ...drop(0.5, 'c')]), ['fail', 'fail', 'fail'])
})

test('without noise a tag is decided by its difference, and cleared within its margin', () => {
  const fixed = (drop: number) =>
    tagged({ a: 0, ...calm }, { repeats: 1 }).map((one, i) => {
      const candidate = (i < 10 ? 0.9 - drop : 0.9) + (i % 2 === 0 ? 0.06 : -0.06)
      return { ...one, candidate: [candidate, candidate], baseline: [0.9, 0.9] }
    })
  assert.equal(play(fixed(0.11), { looks: [1, 2] }).decision.verdict, 'fail')
  assert.equal(play(fixed(0.09), { looks: [1, 2] }).decision.verdict, 'pass')
})
