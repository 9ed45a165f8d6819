import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answersAgainstRareLosses,
  effectiveAnswers,
  momentsOf,
  normCdf,
  normInv,
  seededRandom,
  zOfRareLosses,
} from '../../src/stats/index.ts'

/** P(X <= losses) of the binomial distribution, summed term by term. */
function binomialTail(losses: number, answers: number, rate: number): number {
  let term = (1 - rate) ** answers
  let sum = term
  for (let k = 1; k <= losses; k += 1) {
    term *= ((answers - k + 1) / k) * (rate / (1 - rate))
    sum += term
  }
  return sum
}

test('whole losses have the exact binomial tail', () => {
  for (const [losses, answers, margin] of [
    [0, 40, 0.03],
    [2, 160, 0.03],
    [7, 400, 0.03],
    [1, 60, 0.1],
  ] as const) {
    const z = zOfRareLosses({ delta: -losses / answers, margin }, answers)
    assert.ok(Math.abs(normCdf(-z) - binomialTail(losses, answers, margin)) < 1e-10, `${losses} of ${answers}`)
  }
})

test('a gain has to be lost as well, but proves nothing in fewer than a dozen answers', () => {
  const tailAt = (delta: number, answers: number) => normCdf(-zOfRareLosses({ delta, margin: 0.03 }, answers))
  assert.ok(Math.abs(tailAt(0.07, 30) - 0.9 ** 30) < 1e-12)
  assert.ok(Math.abs(tailAt(0.9, 10) - 0.75 ** 10) < 1e-12)
  assert.equal(answersAgainstRareLosses({ delta: 1, margin: 0.03 }, normInv(0.95)), 11)
})

test('a change that is the same in every answer is known: only what was never seen could come on top', () => {
  const z = zOfRareLosses({ delta: -0.01, margin: 0.03, constant: true }, 200)
  assert.ok(Math.abs(normCdf(-z) - 0.98 ** 200) < 1e-12)
  assert.equal(zOfRareLosses({ delta: -0.03, margin: 0.03, constant: true }, 1e6), Number.NEGATIVE_INFINITY)
})

test('the answers needed are the first that do; none do at the margin or beyond it', () => {
  const bound = normInv(0.95)
  const drop = { delta: -0.01, margin: 0.03 }
  const needed = answersAgainstRareLosses(drop, bound)
  assert.ok(zOfRareLosses(drop, needed) >= bound && zOfRareLosses(drop, needed - 1) < bound)
  assert.equal(answersAgainstRareLosses({ delta: 0, margin: 0.03 }, bound), Math.ceil(Math.log(0.05) / Math.log(0.97)))
  assert.equal(answersAgainstRareLosses({ delta: -0.03, margin: 0.03 }, bound), Number.POSITIVE_INFINITY)
})

test('the tail is as rare as it says, whatever part of an answer is lost', () => {
  const random = seededRandom(3)
  for (const size of [1, 0.5, 0.3]) {
    const bound = normInv(0.95)
    let passed = 0
    for (let run = 0; run < 4000; run += 1) {
      let lost = 0
      for (let answer = 0; answer < 150; answer += 1) if (random.uniform() < 0.03 / size) lost += size
      if (zOfRareLosses({ delta: -lost / 150, margin: 0.03 }, 150) >= bound) passed += 1
    }
    assert.ok(passed / 4000 <= 0.05 + 3 * 0.0035, `${size}: ${passed / 4000}`)
  }
})

test('weights, repeats, clusters and the estimand make answers more or fewer', () => {
  const pair = (repeats: number, weight: number, cluster?: string) => {
    const moments = momentsOf(new Array<number>(repeats).fill(1))
    assert.ok(moments)
    return { weight, cluster, candidate: moments, baseline: moments }
  }
  const golden = { estimand: 'golden-set', clustered: false } as const
  const equal = [pair(4, 1), pair(4, 1), pair(4, 1)]
  assert.equal(effectiveAnswers(equal, golden), 12)
  assert.equal(effectiveAnswers(equal, { ...golden, estimand: 'population' }), 3)
  assert.equal(effectiveAnswers([pair(1, 3), pair(1, 1)], golden), 1.6)
  const clustered = [pair(1, 1, 'a'), pair(1, 1, 'a'), pair(1, 1, 'b'), pair(1, 1, 'b'), pair(1, 1)]
  assert.equal(effectiveAnswers(clustered, { ...golden, clustered: true }), 25 / 9)
  assert.equal(effectiveAnswers(clustered, golden), 5)
})
