import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { healthyJudge } from '../../../../src/control/rollout/assessment/judge-health.ts'
import { type RolloutFacts, shownHealth } from '../../../../src/control/server/pages/rollout/rollout-facts.ts'
import type { Calibration } from '../../../../src/records/report/calibration.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { judge, judgeReport, rubric } from '../../../support/control-plane/calibrated-judge.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'
import { feature, version } from '../../../support/store/store-samples.ts'

const hour = 3_600_000
const minute = 60_000
const rollout = rolloutOf(rolloutSettingsSchema.parse({ stages: [{ percent: 50, soak: '1h' }] }))

const log = Array.from({ length: 200 }, (_, i) => {
  const canary = i % 2 === 0
  const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: i * 1000 }
  return [
    entryOf(place, { kind: 'request', captured: true }),
    entryOf(place, { kind: 'score', score: 0.9, judgeId: 'j1' }),
  ]
}).flat()
const assessment = assess(replayed(rollout, log).evidence, rollout, hour, watched(rollout, hour))

/** A canary that was looked at just now. */
const looked: RolloutFacts = {
  ...{ state: feature(rollout.feature, { rollout }), rollout, assessment },
  ...{ judge: healthyJudge, judges: true, hasJudge: true },
  ...{ recorded: { at: hour, series: {} as never }, instances: [], leader: 'web-1', epoch: 'e', now: hour },
  reportersAreShown: true,
}

/** A version whose gate said this of its judge. */
function judged(verdict: Calibration['verdict']) {
  const { calibration } = judgeReport
  const said = calibration.all && { ...calibration.all, verdict }
  const summary = { judge: { ...judgeReport, calibration: { ...calibration, verdict, all: said } } }
  return version(rollout.feature, rollout.canary, {
    judge,
    rubric: rubric.map((item) => ({ ...item, weight: 1, must: false, quote: false })) as never,
    report: {
      ...{ verdict: 'pass', strength: 'strong', exitCode: 0, runId: 'r', sluiceVersion: '1' },
      ...{ startedAt: '2026-11-24T08:00:00.000Z', summary },
    },
  })
}

/** A row of the health, with its mark. */
function row(name: string, more: Partial<RolloutFacts> = {}, of = judged('may gate')): string {
  const found = shownHealth({ ...looked, ...more }, of, null).find((sign) => sign.name === name)
  assert.ok(found)
  return `${found.tone}: ${found.text}`
}

test('a judge is shown as well only where labels of people have found it right', () => {
  assert.match(row('Judge'), /^good: 100 answers .* local:judge, calibrated by 60 human labels: may gate/)
  assert.match(row('Judge', {}, judged('may not gate')), /^bad: .* calibrated by 60 human labels: may not gate/)
  assert.match(row('Judge', {}, judged('too few labels')), /^unknown: .* calibrated by 60 human labels: too few labels/)
  assert.match(row('Judge', {}, version(rollout.feature, rollout.canary)), /^unknown: .*no calibration is known/)
})

const heard = (minutesAgo: number) => {
  const soak = { ...assessment.soak, counting: false, heardAt: hour - minutesAgo * minute }
  return { assessment: { ...assessment, soak } }
}

test('outcomes are shown as well only while they come, whether the rollout is paused or not', () => {
  const paused = { ...rollout, status: 'paused' as const, pausedAt: hour / 2 }
  assert.match(row('Outcomes'), /^good: last outcomes of both arms 1 Jan 01:00Z/)
  assert.match(row('Outcomes', heard(6)), /^bad: no outcomes arrive, and the soak time is stopped: last outcomes/)
  assert.match(row('Outcomes', { ...heard(4), rollout: paused }), /^good: last outcomes of both arms 1 Jan 00:56Z/)
  assert.match(row('Outcomes', { ...heard(6), rollout: paused }), /^bad: no outcomes arrive: last outcomes/)
  const ended = { ...rollout, status: 'aborted' as const, endedAt: hour }
  assert.match(row('Outcomes', { ...heard(6), rollout: ended }), /^null: last outcomes of both arms 1 Jan 00:54Z/)
})

test('a judge is not shown as well while no replica judges, and one that fails or may not gate is bad all the same', () => {
  const unasked = { hasJudge: false }
  assert.match(row('Judge', unasked), /^unknown: no replica judges now; 100 answers of the canary judged.*: may gate/)
  const failing = { failures: 5, failingSince: 0, code: 'overloaded' }
  assert.match(row('Judge', { ...unasked, judge: failing }), /^bad: it has failed 5 times in a row/)
  assert.match(row('Judge', { leader: null }, judged('may not gate')), /^bad: .*: may not gate/)
  const ended = { ...rollout, status: 'rolledBack' as const, endedAt: hour }
  assert.match(row('Judge', { ...unasked, rollout: ended }), /^good: 100 answers/)
})

test('what was well at the last assessment is unknown once nobody looks', () => {
  const later = { now: hour + 150_001 }
  for (const name of ['Sample ratio', 'Outcomes', 'Judge']) {
    assert.match(row(name), /^good: /)
    for (const unwatched of [later, { leader: null }, { recorded: null }, { now: hour - 60_001 }])
      assert.match(row(name, unwatched), /^unknown: /, `${name} ${JSON.stringify(unwatched)}`)
  }
  for (const name of ['Sample ratio', 'Outcomes']) {
    const wrong = { ...assessment, mismatch: { ...assessment.mismatch, wrongArms: 3 }, ignored: { late: 3 } }
    assert.match(row(name, { ...later, assessment: wrong }), /^watch: /)
  }
  const ended = { ...rollout, status: 'rolledBack' as const, endedAt: hour }
  for (const name of ['Sample ratio', 'Judge'])
    assert.match(row(name, { ...later, rollout: ended }), /^good: /, 'it says how it was to the end')
})
