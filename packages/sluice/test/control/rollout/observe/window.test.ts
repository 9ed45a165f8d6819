import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { windowWeights } from '../../../../src/control/rollout/evidence/window.ts'
import { observe } from '../../../../src/control/rollout/observe/observe.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { logMixture, scoreDrops } from '../../../../src/stats/index.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'
import { halved, playReturning } from '../returning.ts'

const hour = 3_600_000

test('no window stakes what another one has staked or will', () => {
  let left = 1
  for (let index = 0; index < 200; index += 1) {
    const { now, later } = windowWeights({ index })
    assert.ok(now > 0 && Math.abs(now + later - left) < 1e-12, `${index}`)
    left = later
  }
})

/** Evidence of requests at these times, each of a user of its own. */
function windowsOf(times: readonly { at: number; canary: boolean; stage?: number }[]) {
  const rollout = rolloutOf(
    rolloutSettingsSchema.parse({
      stages: [
        { percent: 50, soak: '1h' },
        { percent: 60, soak: '1h' },
      ],
      signals: { score: 0, errors: 1, slow: 0, safety: 0 },
    }),
  )
  rollout.enteredAt.push(hour)
  const evidence = newEvidence(rollout)
  return times.map(({ at, canary, stage = 0 }, index) => {
    const place = { user: { id: `u${index}`, position: canary ? 100 : 900_000 }, canary, stage, at }
    observe(evidence, rollout, { ...entryOf(place, { kind: 'request', error: 'failed' }), seq: index + 1 }, {})
    const { errors } = evidence.sums.flags
    return {
      index: evidence.window.index,
      recent: errors.recent.ratio.some((logEs) => logEs !== 0),
      lately: errors.lately.map((rates) => rates.canary.requests),
      staged: errors.stage.canary.requests,
    }
  })
}

test('a window ends after four hours where 300 of the canary are in it, else after a day, and begins with nothing', () => {
  const many = Array.from({ length: 300 }, (_, i) => ({ at: i * 1000, canary: true }))
  const early = windowsOf([...many, { at: 4 * hour - 1, canary: true }, { at: 4 * hour, canary: true }])
  assert.deepEqual(early.at(-2), { index: 0, recent: true, lately: [301, 0], staged: 301 })
  assert.deepEqual(early.at(-1), { index: 1, recent: true, lately: [1, 301], staged: 302 })
  const few = windowsOf([
    { at: 0, canary: true },
    { at: 24 * hour - 1, canary: true },
    { at: 24 * hour, canary: true },
  ])
  assert.deepEqual(
    few.map(({ index }) => index),
    [0, 0, 1],
  )
  assert.deepEqual(few.at(-1)?.lately, [1, 2])
})

test('a stage begins a window; an outcome of a stage that is over is none of the present one', () => {
  const found = windowsOf([
    { at: 0, canary: true },
    { at: hour, canary: true, stage: 1 },
    { at: hour + 1, canary: true, stage: 0 },
  ])
  assert.deepEqual(found.at(1), { index: 1, recent: true, lately: [1, 1], staged: 1 })
  assert.deepEqual(found.at(2), found.at(1))
  const early = windowsOf([
    { at: 0, canary: true },
    { at: hour - 1, canary: true, stage: 1 },
  ])
  assert.deepEqual(early.at(1), early.at(0), 'nor one of a stage that has not begun')
})

test('harm from the second day on is found within a day, when everybody has raised the flag already', () => {
  const found = playReturning({
    ...{ visits: 48 * 300, users: 150, everyMs: hour / 300, settings: halved({ errors: 1 }) },
    tell: ({ canary, at, random }) => [
      { kind: 'request', error: random.uniform() < (canary && at >= 24 * hour ? 0.5 : 0.1) ? 'failed' : null },
    ],
  })
  assert.ok(found.rolledBackAt !== null && found.rolledBackAt > 24 * hour, `${found.rolledBackAt}`)
  const { flagged } = found.evidence.sums.flags.errors
  assert.ok(flagged.canary + flagged.incumbent > 145, 'nobody is left who could raise it for the first time')
})

test('so is a canary that is three times as slow from then on', () => {
  const found = playReturning({
    ...{ visits: 48 * 200, users: 150, everyMs: hour / 200, settings: halved({ slow: 1 }, { slowMs: 1000 }) },
    tell: ({ canary, at, random }) => [
      { kind: 'request', latencyMs: (canary && at >= 24 * hour ? 3300 : 1100) * random.uniform() },
    ],
  })
  assert.ok(found.rolledBackAt !== null && found.rolledBackAt > 24 * hour, `${found.rolledBackAt}`)
})

test("a score that falls from a user's second request on is found, though all first ones are as good", () => {
  const found = playReturning({
    ...{ visits: 4000, users: 600, everyMs: 20_000, settings: halved({ score: 1 }) },
    tell: ({ canary, before, random }) => {
      const score = 0.5 + 0.4 * random.uniform() - (canary && before > 0 ? 0.15 : 0)
      return [
        { kind: 'request', id: `${before}` },
        { kind: 'score', score },
      ]
    },
  })
  assert.notEqual(found.rolledBackAt, null)
  assert.match(found.assessed().words, /judged score/)
  const { drop, recent } = found.evidence.sums.score
  const logE = (logEs: readonly number[] = []) => logMixture(scoreDrops.weights, logEs)
  assert.ok(logE(drop[0]) < 1, 'by the first scores nothing is wrong')
  assert.ok(logE(recent.later) > 3, `${logE(recent.later)}`)
})
