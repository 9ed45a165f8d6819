import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rolloutAnswer } from '../../../../src/control/remote/answers.ts'
import { rolloutLine, rolloutText } from '../../../../src/control/remote/rollout-text.ts'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { highestOf } from '../../../../src/control/rollout/assessment/figures.ts'
import { rolloutView, rolloutViewOf } from '../../../../src/control/server/rollouts/rollout-view.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout-settings.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout-entries.ts'
import { replayed } from '../replayed.ts'

const hour = 3_600_000
const rollout = rolloutOf(
  rolloutSettingsSchema.parse({
    stages: [{ percent: 50, soak: '4h' }],
    signals: { score: 0.6, errors: 0.3, slow: 0, safety: 0 },
  }),
)

/** Users who come once each; the canary's first ones score less. */
function visits(count: number): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const canary = i % 2 === 0
    const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: i * 1000 }
    const error = canary && i % 20 === 0 ? 'failed' : null
    const score = (i % 4 < 2 ? 0.7 : 0.9) - (canary ? 0.02 : 0)
    return [entryOf(place, { kind: 'request', error, latencyMs: 9 }), entryOf(place, { kind: 'score', score })]
  }).flat()
}

const seen = (count: number, now: number, highest = {}) =>
  assess(replayed(rollout, visits(count)).evidence, rollout, now, { ...watched(rollout, now), highest })

test('the numbers say what was measured, with one interval for each mean', () => {
  const { figures } = seen(80, 2 * hour)
  const [score, errors] = figures.signals
  assert.ok(score?.canary && score.incumbent && score.difference && errors?.difference)
  assert.deepEqual([score.canary.value.toFixed(3), score.canary.count, score.margin], ['0.780', 40, 0.05])
  assert.equal(score.difference.value.toFixed(3), '-0.020')
  // Two arms of 40 scores with a deviation of .1, and one more in each that is the worst of the canary's and the best of the incumbent's.
  const halfWidth = 1.96 * Math.hypot(0.1 / Math.sqrt(39), 0.1 / Math.sqrt(39), 0.78 / 40, 0.2 / 40)
  assert.ok(Math.abs((score.difference.high ?? 0) - score.difference.value - halfWidth) < 1e-3)
  assert.deepEqual([errors.canary?.value, errors.incumbent?.value], [0.1, 0])
  assert.deepEqual(figures.users, { incumbent: 40, canary: 40 })
  assert.deepEqual(figures.judged.canary, { users: 40, answers: 40 })
})

test('what is missing is counted, and expected by the rate so far', () => {
  const { figures } = seen(80, 2 * hour)
  const of = (what: string) => figures.missing.find((one) => one.what === what)
  assert.deepEqual(of('users of the canary'), {
    ...{ what: 'users of the canary', has: 40, needed: 100, unit: 'users' },
    expectedAt: 5 * hour,
  })
  assert.deepEqual(of('watched time')?.expectedAt, 4 * hour)
  assert.equal(of('score')?.needed, 20)
  assert.equal(figures.patienceEndsAt, 96 * hour)
  const { nextStepAt, missing } = figures
  const latest = missing.map(({ expectedAt }) => expectedAt)
  assert.equal(nextStepAt, latest.includes(null) ? null : Math.max(...latest.map(Number)))
})

test('nothing measured is null, nowhere 0, and gives no time', () => {
  const { figures } = assess(replayed(rollout, []).evidence, rollout, hour, watched(rollout, hour))
  assert.deepEqual(figures.signals[0], {
    ...{ signal: 'score', incumbent: null, canary: null, difference: null, margin: 0.05, against: null },
    ...{ highest: null, proof: null },
  })
  assert.equal(figures.nextStepAt, null)
})

test('evidence is remembered at its highest, with the time of the look', () => {
  const before = seen(80, 2 * hour).figures
  const past = { ...highestOf(before), errors: { eValue: 900, at: hour } }
  const now = seen(82, 3 * hour, past).figures
  assert.deepEqual(now.signals[1]?.highest, { eValue: 900, at: hour })
  assert.ok((now.signals[0]?.highest?.eValue ?? 0) >= (before.signals[0]?.highest?.eValue ?? 0))
})

test('the status prints the numbers within 80 columns', () => {
  const now = 2 * hour
  const view = rolloutViewOf(rollout, seen(80, now))
  const judging = { spentTodayUsd: 1.2, budgetUsdPerDay: 5 }
  const answer = rolloutAnswer.parse(JSON.parse(JSON.stringify(rolloutView.parse({ ...view, judging }))))
  const text = rolloutText(answer, [], now)
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  assert.match(text, / score +0\.780 +0\.80\d +-0\.020 ±0\.05\d +0\.050 +[\d.]+ +[\d.]+ of 20/)
  assert.match(text, /still missing: watched time .*40 of 100\s+users\s+of\s+the\s+canary, proof of score/s)
  assert.match(text, /patience ends 5 Jan 00:00Z, then it is promoted weakly if it qualifies/)
  assert.match(text, /judging: 1\.20 USD of 5\.00 USD today/)
  assert.match(
    rolloutLine(answer, [], now),
    /^rollout r1 of bbbbbbbbbbbb: running; stage 1 of 1, .*; evidence against it [\d.]+, highest [\d.]+ of the 20 that roll it back, 1 Jan 02:00Z/,
  )
})
