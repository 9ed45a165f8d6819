import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  agreedAgainst,
  agreedFor,
  type LeaveOneOut,
  restFactor,
} from '../../../../src/control/rollout/statistics/agreement.ts'

/** What tokens say that each add so much to the log evidence, of which some may decide alone. */
const heard = (own: readonly number[], dominant: readonly number[] = []): LeaveOneOut => ({
  tokens: own.length,
  mayDecide: (token) => dominant.includes(token),
  places: () => [],
  without: (left) => own.reduce((sum, logE, token) => (left.includes(token) ? sum : sum + logE), 0),
})
const threshold = Math.log(20)

test('for the canary the proof must hold without any one token that may not decide', () => {
  const one = heard([10, 0.5])
  assert.equal(agreedFor(one, one, threshold), 0.5 + Math.log(restFactor))
  const sure = heard([10, 0.5], [0])
  assert.equal(agreedFor(sure, sure, threshold), 10.5)
  const both = heard([10, 10])
  assert.equal(agreedFor(both, both, threshold), 10 + Math.log(restFactor))
})

test('against the canary one accuser of several counts for a hundredth, an only one and two for all', () => {
  assert.ok(agreedAgainst(heard([30, 0]), threshold) < threshold)
  assert.ok(agreedAgainst(heard([400, 0]), threshold) > threshold)
  assert.ok(agreedAgainst(heard([30, 0], [0]), threshold) > threshold)
  assert.ok(agreedAgainst(heard([30, 30]), threshold) > threshold)
  assert.equal(agreedAgainst(heard([30], [0]), threshold), 30)
})

test('failures of the incumbent that one token forges hide no canary that two others accuse', () => {
  assert.ok(agreedAgainst(heard([30, 30, -100]), threshold) > threshold)
  assert.ok(agreedAgainst(heard([30, 0, -100]), threshold) < threshold)
})
