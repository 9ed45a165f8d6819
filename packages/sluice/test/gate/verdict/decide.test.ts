import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/gate/verdict/decide.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { codes, gateCase, noisyCases, play } from './gate-scores.ts'

test('an unchanged version passes by proof at the first look that can tell', () => {
  const { decision, steps } = play(noisyCases(100, () => 0))
  assert.deepEqual(
    [decision.verdict, decision.strength, decision.blocking, decision.reasons],
    ['pass', 'strong', false, []],
  )
  assert.ok(steps.length <= 3)
  assert.equal(decision.comparison?.repeats, [1, 2, 3, 5, 8][steps.length - 1])
})

test('a large drop fails at once, with the numbers in the reason', () => {
  const { decision, steps } = play(noisyCases(60, () => -0.15))
  assert.deepEqual(
    [decision.verdict, decision.strength, decision.blocking, codes(decision)],
    ['fail', 'strong', true, ['regression']],
  )
  assert.equal(steps.length, 1)
  const { comparison } = decision
  assert.ok(comparison?.ciLow && comparison.ciHigh)
  const { meanDifference, ciLow, ciHigh } = comparison
  assert.ok(ciHigh < -0.03)
  const message = decision.reasons[0]?.message ?? ''
  for (const number of [meanDifference, ciLow, ciHigh]) assert.ok(message.includes(number.toFixed(3)), message)
  assert.match(message, /60 cases.*95 % interval.*margin of 0\.03/)
})

test('after a fail nothing more is asked for, whatever else is open', () => {
  const cases = noisyCases(60, () => -0.15).map((one, i) => ({ ...one, critical: i === 0, tags: i < 5 ? ['t'] : [] }))
  assert.equal(play(cases, { threshold: 0.55, caseThreshold: 0 }).steps.length, 1)
})

test('undecided at the first look: every case is repeated with both versions, up to the next look', () => {
  const first = decide(
    noisyCases(20, () => -0.02, { repeats: 1 }),
    gatePolicy(),
  )
  assert.deepEqual(first.wanted, { repeats: 2, candidate: 'all', baseline: 'all' })
})

test('a decided difference stays as it was at its look, whatever later repeats say', () => {
  const cases = noisyCases(80, () => 0, { seed: 3 }).map((one, i) => ({ ...one, critical: i === 0 }))
  const collapsed = cases.map((one) => ({ ...one, candidate: one.candidate.map((score, r) => (r < 5 ? score : 0.5)) }))
  const [honest, late] = [play(cases, { caseThreshold: 0.2 }), play(collapsed, { caseThreshold: 0.2 })]
  assert.equal(honest.steps.length, 5)
  assert.equal(late.decision.verdict, 'pass')
  assert.equal(late.decision.comparison?.meanDifference, honest.decision.comparison?.meanDifference)
  assert.equal(late.decision.trace.difference.length, honest.decision.trace.difference.length)
})

test('scores without noise are decided by the difference itself after two repeats', () => {
  const fixed = (drop: number, cases = 6) =>
    Array.from({ length: cases }, (_, i) => {
      const own = 0.5 + (i % 6) / 20
      const candidate = i % 2 === 0 ? own - 2 * drop : own
      return gateCase(`c${i}`, [candidate, candidate], { baseline: [own, own] })
    })
  const [bad, edge] = [play(fixed(0.031)), play(fixed(0.03))]
  assert.deepEqual([bad.decision.verdict, bad.steps.length, bad.decision.comparison?.repeats], ['fail', 2, 2])
  // On the margin itself nothing is left for a fault that was not seen.
  assert.deepEqual([edge.decision.verdict, codes(edge.decision)], ['inconclusive', ['few-answers']])
  const [few, many] = [play(fixed(0.01)), play(fixed(0.01, 120))]
  assert.deepEqual([few.decision.verdict, few.decision.strength], ['pass', 'weak'])
  assert.deepEqual([many.decision.verdict, many.decision.strength], ['pass', 'strong'])
  assert.equal(bad.decision.comparison?.detectableDrop, 0.03)
  assert.equal(bad.decision.comparison?.se, 0)
})

test('identical outputs of many cases pass at the first look', () => {
  const { decision, steps } = play(Array.from({ length: 160 }, (_, i) => gateCase(`c${i}`, [i / 160])))
  assert.deepEqual([decision.verdict, decision.strength, steps.length], ['pass', 'strong', 1])
})

test('one look takes the whole error budget', () => {
  const cases = noisyCases(40, () => 0.005, { repeats: 1, sd: 0.08, seed: 8 })
  const [one, five] = [decide(cases, gatePolicy({ looks: [1] })), decide(cases, gatePolicy())]
  assert.ok(Math.abs((one.decision?.trace.difference[0]?.passBound ?? 0) - 1.6449) < 1e-3)
  assert.equal(one.decision?.verdict, 'pass')
  assert.ok(five.wanted)
})

test('when no further repeats can be had this look must do', () => {
  const cases = noisyCases(20, () => -0.028, { repeats: 1 })
  const { decision } = decide(cases, gatePolicy({ onInconclusive: 'block' }), undefined, { last: true })
  assert.equal(decision?.verdict, 'inconclusive')
})

test('a case may lack repeats, and one without a score of either version is not a pair', () => {
  const cases = noisyCases(60, () => 0).map((one, i) => {
    if (i === 0) return { ...one, candidate: [] }
    if (i === 1) return { ...one, baseline: [] }
    return i === 2 ? { ...one, candidate: one.candidate.slice(0, 1) } : one
  })
  const { decision } = play(cases)
  assert.deepEqual([decision.verdict, decision.comparison?.pairs], ['pass', 58])
})

test('the population as estimand counts the spread between cases, however often they are repeated', () => {
  const cases = noisyCases(30, (i) => (i % 2 === 0 ? 0.2 : -0.2), { sd: 0.02 })
  assert.equal(play(cases).decision.verdict, 'pass')
  const { decision } = play(cases, { estimand: 'population', onInconclusive: 'block' })
  assert.equal(decision.verdict, 'inconclusive')
  const { goldenSet, population } = decision.comparison?.intervals ?? {}
  assert.ok((goldenSet?.se ?? 1) < (population?.se ?? 0) / 5)
  assert.equal(decision.comparison?.se, population?.se)
})

test('for a population, repeats that agree prove nothing about other cases', () => {
  const cases = Array.from({ length: 20 }, (_, i) => {
    const own = i % 2 === 0 ? 0.9 : 0.3
    return gateCase(`c${i}`, [own, own], { baseline: [0.632, 0.632] })
  })
  assert.equal(play(cases, { looks: [1, 2] }).decision.verdict, 'fail')
  assert.equal(play(cases, { looks: [1, 2], estimand: 'population' }).decision.verdict, 'inconclusive')
})

test('nothing scored, no pair or nothing to compare with is never green', () => {
  const empty = [gateCase('a', [], { baseline: [0.9] })]
  assert.deepEqual(codes(play(empty).decision), ['no-scores'])
  const noBaseline = Array.from({ length: 9 }, (_, i) =>
    gateCase(`c${i}`, new Array<number>(8).fill(1), { baseline: [] }),
  )
  assert.deepEqual(codes(play(noBaseline, { threshold: 0.5 }).decision), ['no-scores'])
  assert.deepEqual(codes(play([gateCase('a', [1], { baseline: undefined })]).decision), ['nothing-to-test'])
  assert.deepEqual(codes(play([], { threshold: 0.5 }).decision), ['no-scores'])
  for (const decision of [play(empty).decision, play([], { threshold: 0.5 }).decision]) {
    assert.deepEqual([decision.verdict, decision.blocking], ['inconclusive', true])
  }
})

test('one case and one repeat carry no noise: never a pass, not even by tie-break', () => {
  const { decision } = play([gateCase('a', [1])], { looks: [1] })
  assert.deepEqual([decision.verdict, decision.comparison?.se], ['inconclusive', null])
  assert.match(decision.advice?.text ?? '', /add cases, or repeats/)
})

test('every step leaves its input alone', () => {
  const cases = Object.freeze(noisyCases(10, () => 0).map((one) => Object.freeze(one)))
  const policy = Object.freeze(gatePolicy())
  const first = decide(cases, policy)
  const frozen = structuredClone(first.state)
  decide(cases, policy, first.state)
  assert.deepEqual(first.state, frozen)
})
