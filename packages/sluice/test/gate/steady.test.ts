import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../src/gate/decide.ts'
import { gatePolicy } from '../../src/gate/policy.ts'
import { answersToProve } from '../../src/gate/steady.ts'
import { pairedLook, seededRandom } from '../../src/stats/index.ts'
import { gateCase, play } from './gate-scores.ts'

const spotless = (cases: number, repeats: number) =>
  Array.from({ length: cases }, (_, i) => gateCase(`c${i}`, Array(repeats).fill(1)))

test('a few spotless answers are no proof: the next look is made, not a pass', () => {
  const step = decide(spotless(20, 1), gatePolicy())
  assert.deepEqual(step.wanted?.repeats, 2)
})

test('a proof takes ln(2 / alpha) / margin answers: 123 at the usual margin', () => {
  const look = pairedLook(
    [
      {
        weight: 1,
        candidate: { mean: 1, variance: undefined, count: 1 },
        baseline: { mean: 1, variance: undefined, count: 1 },
      },
    ],
    {
      margin: 0.03,
      estimand: 'golden-set',
    },
  )
  assert.ok(look)
  assert.equal(answersToProve(look, 0.03, 0.05), 123)
  assert.equal(answersToProve({ ...look, delta: -0.03 }, 0.03, 0.05), Number.POSITIVE_INFINITY)
})

test('repeats that never vary pass, weakly while they are too few, and the reason says how many it takes', () => {
  const few = play(spotless(3, 8)).decision
  assert.deepEqual([few.verdict, few.strength, few.blocking], ['pass', 'weak', false])
  assert.match(few.reasons[0]?.message ?? '', /No score varied in 6 answers.*95 % confidence it takes 123 answers/)
  const many = play(spotless(70, 8)).decision
  assert.deepEqual([many.verdict, many.strength, many.reasons], ['pass', 'strong', []])
})

test('with a single look spotless scores are left to the tie-break', () => {
  const { decision } = decide(spotless(20, 1), gatePolicy({ looks: [1] }))
  assert.deepEqual([decision?.verdict, decision?.strength], ['pass', 'weak'])
  const blocked = decide(spotless(20, 1), gatePolicy({ looks: [1], onInconclusive: 'block' }))
  assert.equal(blocked.decision?.verdict, 'inconclusive')
})

for (const cases of [10, 20, 50, 100]) {
  // Pass/fail scores are as skewed as scores get: the t statistic of the runs that vary takes a little more than its 5 %.
  test(`a fault in 3 of 100 answers is "proven" absent in at most 8 % of runs: ${cases} pass/fail cases`, () => {
    const repetitions = 2000
    let proven = 0
    const random = seededRandom(cases)
    for (let n = 0; n < repetitions; n += 1) {
      const drawn = Array.from({ length: cases }, (_, i) => {
        const candidate = Array.from({ length: 8 }, () => (random.uniform() < 0.03 ? 0 : 1))
        return { ...gateCase(`c${i}`, candidate), baseline: Array(8).fill(1) }
      })
      const { decision } = play(drawn)
      if (decision.verdict === 'pass' && decision.strength === 'strong') proven += 1
    }
    assert.ok(proven / repetitions <= 0.08, `${proven / repetitions}`)
  })
}
