import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clopperPearson } from '../../src/stats/intervals/clopper-pearson.ts'

test('the interval of none is the rule of three, and its mirror that of all', () => {
  const none = clopperPearson(0, 100)
  assert.equal(none.low, 0)
  assert.ok(Math.abs(none.high - (1 - 0.025 ** (1 / 100))) < 1e-10)
  const all = clopperPearson(100, 100)
  assert.equal(all.high, 1)
  assert.ok(Math.abs(all.low - 0.025 ** (1 / 100)) < 1e-10)
})

test('in between both tails have the probability that is left', () => {
  const binomial = (trials: number, p: number, upTo: number) => {
    let term = (1 - p) ** trials
    let sum = 0
    for (let k = 0; k <= upTo; k += 1) {
      sum += term
      term *= ((trials - k) / (k + 1)) * (p / (1 - p))
    }
    return sum
  }
  const { low, high } = clopperPearson(7, 60, 0.9)
  assert.ok(Math.abs(binomial(60, high, 7) - 0.05) < 1e-9)
  assert.ok(Math.abs(1 - binomial(60, low, 6) - 0.05) < 1e-9)
})
