import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/gate/verdict/decide.ts'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { seededRandom } from '../../../src/stats/index.ts'
import { simulateRun } from '../../support/simulated-gate/simulated-gate.ts'
import { unkindWorlds } from '../../support/simulated-gate/unkind-worlds.ts'
import { codes, gateCase, noisyCases, play } from './gate-scores.ts'

const spotless = (cases: number, repeats = 8, score = 1, more: Partial<GateCase> = {}) =>
  Array.from({ length: cases }, (_, i) => gateCase(`c${i}`, new Array<number>(repeats).fill(score), more))

test('one, two or five cases that never vary pass weakly, after no more repeats than it takes to see that', () => {
  for (const count of [1, 2, 5]) {
    const { decision, steps } = play(spotless(count))
    assert.deepEqual([decision.verdict, decision.strength, steps.length], ['pass', 'weak', 2], `${count} cases`)
    assert.deepEqual([codes(decision), decision.comparison?.verdict], [['few-answers'], 'inconclusive'])
  }
  const [reason] = play(spotless(5)).decision.reasons
  assert.match(
    reason?.message ?? '',
    /^10 answers of the candidate are too few .* with this result, 16 cases with 8 repeats each would rule out a drop of 0\.03 with 95 % confidence\.$/,
  )
})

test('repeats are asked for as long as they can prove it', () => {
  const { decision, steps } = play(spotless(20))
  assert.deepEqual([decision.verdict, decision.strength, decision.comparison?.repeats], ['pass', 'strong', 8])
  assert.equal(steps.length, 5)
  assert.deepEqual(play(spotless(15)).steps.length, 2)
})

test('fewer looks cannot make few answers many: nor can scores that are brought along', () => {
  for (const count of [20, 98]) {
    const { decision } = decide(spotless(count, 1), gatePolicy({ looks: [1] }))
    assert.deepEqual([decision?.verdict, decision?.strength], ['pass', 'weak'])
  }
  const { decision } = decide(spotless(99, 1), gatePolicy({ looks: [1] }))
  assert.deepEqual([decision?.verdict, decision?.strength], ['pass', 'strong'])
})

test('a little noise in one case makes no proof of few answers', () => {
  const wobbly = spotless(5).map((one, i) => (i === 0 ? { ...one, candidate: [1, 0.99, 1, 1, 0.99, 1, 1, 1] } : one))
  const { decision } = play(wobbly)
  assert.deepEqual([decision.verdict, decision.strength, codes(decision)], ['pass', 'weak', ['few-answers']])
})

test('the same holds against a threshold alone', () => {
  const alone = (count: number) => spotless(count, 8, 0.95, { baseline: undefined })
  const few = play(alone(2), { threshold: 0.85 }).decision
  assert.deepEqual([few.verdict, few.strength, codes(few)], ['pass', 'weak', ['few-answers']])
  assert.match(few.reasons[0]?.message ?? '', /would rule out a mean below the threshold of 0\.85/)
  const many = play(alone(40), { threshold: 0.85 }).decision
  assert.deepEqual([many.verdict, many.strength], ['pass', 'strong'])
})

test('where only proof passes, too few answers are inconclusive', () => {
  const { decision } = play(spotless(5), { onInconclusive: 'block' })
  assert.deepEqual([decision.verdict, decision.blocking, codes(decision)], ['inconclusive', true, ['few-answers']])
})

test('a heavy case makes many light ones few', () => {
  const heavy = spotless(30).map((one, i) => ({ ...one, weight: i === 0 ? 30 : 1 }))
  assert.equal(play(heavy).decision.strength, 'weak')
  assert.equal(play(spotless(30)).decision.strength, 'strong')
})

test('for a population repeats add no cases', () => {
  const { decision } = play(spotless(60), { estimand: 'population' })
  assert.deepEqual([decision.strength, codes(decision)], ['weak', ['few-answers']])
  assert.match(
    decision.reasons[0]?.message ?? '',
    /^60 cases are too few .* with this result, 123 cases would rule out/,
  )
})

test('a strong pass holds even if the answers that never came were full losses', () => {
  const unscored = (missing: number) =>
    noisyCases(60, () => 0, { sd: 0.03 }).map((one, i) => ({ ...one, missing: i < missing ? 1 : 0 }))
  assert.equal(play(unscored(0)).decision.strength, 'strong')
  const { decision } = play(unscored(4))
  assert.deepEqual([decision.verdict, decision.strength, codes(decision)], ['pass', 'weak', ['missing-answers']])
  assert.match(decision.reasons[0]?.message ?? '', /^4 of \d+ answers of the candidate have no score: if they were 0/)
})

test('a case without any score of the candidate counts as lost in that question', () => {
  const cases = noisyCases(60, () => 0, { sd: 0.03 }).map((one, i) =>
    i < 2 ? { ...one, candidate: [], missing: 8 } : one,
  )
  const { decision } = play(cases)
  assert.deepEqual([decision.strength, codes(decision)], ['weak', ['missing-answers']])
})

// At the margin at most 6 % of runs may pass strongly. Were it 15 %, so few of 250 runs would in one case of a thousand.
const [runs, fewPasses] = [250, 21]
for (const { name, cases } of unkindWorlds) {
  test(`a drop of the margin rarely passes strongly: ${name}`, () => {
    const policy = gatePolicy()
    for (const count of [20, 50]) {
      const random = seededRandom(count)
      let strong = 0
      for (let run = 0; run < runs; run += 1) {
        const { decision } = simulateRun(cases(count, 0.03, random), policy)
        if (decision.verdict === 'pass' && decision.strength === 'strong') strong += 1
      }
      assert.ok(strong <= fewPasses, `${count} cases: ${strong} of ${runs} runs`)
    }
  })
}
