import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeStandingOf } from '../../../../src/control/server/versions/judge-standing.ts'
import { judge, judgeReport, rubric } from '../../../support/control-plane/calibrated-judge.ts'
import { gateReport, promptVersion, type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'

/** Publishes a version whose report says this of the judge, and shows the rollout of it. */
async function judgedRollout(plane: TestPlane, judgeReport: object | undefined, more: object = {}) {
  const active = await plane.publish('f', 'a')
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: active, reason: 'launch' } })
  const content = promptVersion('b')
  const report = gateReport('f', content.id)
  const features = report.features.map((part) => ({ ...part, ...(judgeReport && { judge: judgeReport }) }))
  const body = { content, rubric, judge, report: { ...report, features }, ...more }
  assert.equal((await plane.ask('POST /v1/features/f/versions', { as: 'ci', body })).status, 201)
  const started = await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body: { version: content.id } })
  return (await plane.ask(`GET /v1/rollouts/${started.body.id}`, { as: 'client' })).body.judge
}

test('a rollout says what the published report of the gate carries about the judge, or that nothing is known', async () => {
  await using calibrated = await testPlane()
  assert.deepEqual(await judgedRollout(calibrated, judgeReport), {
    model: 'local:judge',
    words: 'calibrated by 60 human labels: may gate, kappa 0.900 [0.800, 0.950]',
    runId: `run-of-${promptVersion('b').id}`,
    startedAt: '2026-11-24T08:00:00.000Z',
  })
  await using never = await testPlane()
  const { words } = await judgedRollout(never, { ...judgeReport, calibration: null })
  assert.equal(words, 'never calibrated against human labels')
  await using silent = await testPlane()
  assert.match((await judgedRollout(silent, undefined)).words, /no calibration is known: no report/)
  await using odd = await testPlane()
  assert.match(
    (await judgedRollout(odd, { id: 7, calibration: 'the best' })).words,
    /no calibration is known: no report/,
  )
  await using unjudged = await testPlane()
  assert.equal(await judgedRollout(unjudged, judgeReport, { judge: null }), null)
})

test('a calibration of another judge, or of other questions, is none', () => {
  const report = {
    ...{ verdict: 'pass' as const, strength: 'strong' as const, exitCode: 0, runId: 'r', sluiceVersion: '1' },
    ...{ startedAt: '2026-11-24T08:00:00.000Z', summary: { judge: judgeReport } },
  }
  const items = rubric.map((item) => ({ ...item, weight: 1, must: false, quote: false }))
  const version = { judge, rubric: items as never, report }
  const words = (changed: object, judgeId: string | null = null) =>
    judgeStandingOf({ ...version, ...changed }, judgeId)?.words
  assert.match(words({}) ?? '', /^calibrated by 60/)
  assert.match(words({}, 'j1') ?? '', /^calibrated by 60/)
  const another = /^no calibration is known: the report of the gate is about another judge, or other questions$/
  assert.match(words({}, 'j2') ?? '', another)
  assert.match(words({ judge: { ...judge, model: 'local:cheaper' } }) ?? '', another)
  assert.match(words({ rubric: items.map((item) => ({ ...item, ask: 'Is it short?' })) }) ?? '', another)
})
