import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanRepeatsToPass, criticalSprt, seededRandom } from '../../src/stats/index.ts'

const design = { p0: 0.05, p1: 0.4, alpha: 0.05, beta: 0.1 }

test('six clean repeats pass, five do not', () => {
  assert.equal(cleanRepeatsToPass(design), 6)
  assert.equal(criticalSprt([0, 0, 0, 0, 0], design).decision, 'undecided')
  assert.deepEqual(criticalSprt([0, 0, 0, 0, 0, 0], design).decidedAt, 6)
})

test('two failures at once fail; one needs more', () => {
  assert.equal(criticalSprt([true], design).decision, 'undecided')
  assert.equal(criticalSprt([true, true], design).decision, 'fail')
  assert.equal(criticalSprt([true, false, true], design).decision, 'fail')
})

test('the first crossing decides, whatever follows', () => {
  const { decision, decidedAt, llr } = criticalSprt([1, 1, ...new Array<number>(30).fill(0)], design)
  assert.deepEqual([decision, decidedAt, llr.length], ['fail', 2, 32])
  assert.ok((llr.at(-1) ?? 0) < Math.log(0.1))
})

test('a case that fails at the acceptable rate is failed within the error, one at the other rate is missed within beta', () => {
  const random = seededRandom(3)
  const rate = (failing: number, decision: string) => {
    let count = 0
    for (let round = 0; round < 5000; round += 1) {
      const flags = Array.from({ length: 60 }, () => random.uniform() < failing)
      if (criticalSprt(flags, design).decision === decision) count += 1
    }
    return count / 5000
  }
  assert.ok(rate(0.05, 'fail') <= 0.05)
  assert.ok(rate(0.4, 'pass') <= 0.1)
  assert.ok(rate(0.4, 'fail') >= 0.85)
})
