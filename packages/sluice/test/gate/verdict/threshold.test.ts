import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codes, noisyCases, play } from './gate-scores.ts'

const good = noisyCases(40, () => 0)
const alone = good.map((one) => ({ ...one, baseline: undefined }))

test('a new feature is judged against the threshold alone', () => {
  const pass = play(alone, { threshold: 0.6 }).decision
  assert.deepEqual([pass.verdict, pass.comparison, pass.threshold?.verdict], ['pass', null, 'pass'])
  const fail = play(alone, { threshold: 0.8 }).decision
  assert.deepEqual([fail.verdict, codes(fail)], ['fail', ['below-threshold']])
  assert.match(
    fail.reasons[0]?.message ?? '',
    /mean score is 0\.[67]\d\d \(95 % interval .*below the threshold of 0\.8/,
  )
})

test('the result holds the mean, not the distance to the threshold', () => {
  const { threshold } = play(alone, { threshold: 0.6 }).decision
  assert.ok(Math.abs((threshold?.mean ?? 0) - 0.7) < 0.02)
  assert.ok((threshold?.ciLow ?? 1) < (threshold?.mean ?? 0) && (threshold?.mean ?? 1) < (threshold?.ciHigh ?? 0))
})

test('its tags are shown without a test', () => {
  const { tags } = play(
    alone.map((one) => ({ ...one, tags: ['t'] })),
    { threshold: 0.6 },
  ).decision
  assert.deepEqual(
    tags.map(({ verdict, meanDifference }) => [verdict, meanDifference]),
    [[null, null]],
  )
})

test('both tests must pass: a version no worse than a bad baseline fails its threshold', () => {
  assert.deepEqual(codes(play(good, { threshold: 0.85 }).decision), ['below-threshold'])
  assert.equal(play(good, { threshold: 0.6 }).decision.verdict, 'pass')
})

test('when the difference is settled and the threshold is not, the baseline is left alone', () => {
  const close = play(good, { threshold: 0.7, onInconclusive: 'block' })
  const settled = close.steps.find(({ state, wanted }) => wanted && state.difference?.outcome === 'pass')
  assert.equal(settled?.wanted?.candidate, 'all')
  assert.deepEqual(settled?.wanted?.baseline, new Set())
})

test('without a threshold the difference is judged alone', () => {
  assert.equal(play(good).decision.threshold, null)
})
