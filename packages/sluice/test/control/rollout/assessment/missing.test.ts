import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newScoreSums } from '../../../../src/control/rollout/evidence/signal-sums.ts'
import { missingShare } from '../../../../src/control/rollout/statistics/estimates.ts'

/** 200 answers of the canary, all judged, and 4,000 of the incumbent, of which `judged` were, each for ten. */
function sumsOf(judged: number) {
  const sums = newScoreSums(1)
  Object.assign(sums.stage.canary, { users: 200, count: 200, sum: 160 })
  Object.assign(sums.stage.incumbent, { users: judged, count: judged, sum: 0.8 * judged })
  return { ...sums, asked: { canary: 200, incumbent: 4000 }, answered: { canary: 200, incumbent: 10 * judged } }
}

test('an arm of which one answer in ten is sampled lacks no judgements for the chance that lies in it', () => {
  // Of 400 expected, give or take 19.
  assert.ok(Math.abs(missingShare(sumsOf(370))) < 0.04)
  assert.ok(Math.abs(missingShare(sumsOf(430))) < 0.04)
})

test('more than chance is told of it as well', () => {
  assert.ok(missingShare(sumsOf(320)) < -0.1)
})
