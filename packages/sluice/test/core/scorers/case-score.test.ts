import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseScore } from '../../../src/core/scorers/case-score.ts'
import { judgementOf } from '../../../src/core/scorers/judge/judgement.ts'
import type { CheckResult } from '../../../src/records/report/case-detail.ts'

const check = (score: number, weight = 1, must = false): CheckResult => ({
  name: 'check',
  type: 'contains',
  score,
  weight,
  must,
  reason: '',
})
const item = (score: number | undefined, weight = 1, must = false) => ({
  id: `item-${weight}`,
  verdict: score === undefined ? 'cannot_tell' : score === 1 ? 'yes' : 'no',
  ...(score === undefined ? {} : { score }),
  evidence: '',
  reasoning: '',
  evidenceFound: true,
  must,
  weight,
})

test('the weighted mean of checks and judge, the judge weighing as much as its rubric', () => {
  assert.deepEqual(caseScore([check(1, 3), check(0, 1)]), { state: 'scored', score: 0.75 })
  const judgement = judgementOf([item(1, 3), item(0, 2)])
  assert.equal(judgement.score, 0.6)
  assert.deepEqual(caseScore([], judgement), { state: 'scored', score: 0.6 })
  assert.deepEqual(caseScore([check(1, 5)], judgement), { state: 'scored', score: 0.8 })
})

test('an unanswered item leaves the mean to the others but keeps its weight in the case', () => {
  const judgement = judgementOf([item(1, 1), item(undefined, 4)])
  assert.equal(judgement.score, 1)
  assert.equal(judgement.weight, 5)
  assert.deepEqual(caseScore([check(0, 5)], judgement), { state: 'scored', score: 0.5 })
})

test('a must check below a full score decides alone', () => {
  for (const score of [0, 0.5, 0.99]) {
    assert.deepEqual(caseScore([check(1, 9), check(score, 1, true)]), { state: 'checkFailed', score: 0 })
  }
  assert.deepEqual(caseScore([check(0), check(1, 1, true)]), { state: 'scored', score: 0.5 })
})

test('a must item answered with no makes the case 0, one that cannot be told does not', () => {
  assert.deepEqual(caseScore([check(1)], judgementOf([item(1, 9), item(0, 1, true)])), { state: 'scored', score: 0 })
  assert.deepEqual(caseScore([], judgementOf([item(1), item(undefined, 1, true)])), { state: 'scored', score: 1 })
})

test('where the judge abstains there is no score, checks or not', () => {
  const judgement = judgementOf([item(undefined, 2), item(undefined, 1, true)])
  assert.equal(judgement.state, 'abstained')
  assert.equal('score' in judgement, false)
  assert.deepEqual(caseScore([check(1)], judgement), { state: 'abstained' })
})

test('nothing to take a mean of is an error, never a pass', () => {
  for (const checks of [[], [check(1, 0)]]) {
    assert.throws(() => caseScore(checks), { name: 'SluiceError', code: 'invalid-input', message: /nothing scores/ })
  }
})
