import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import type { RecordedEvidence } from '../../../../src/control/server/engine-state.ts'
import { type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'

/** The id of a rollout that runs. */
async function started(plane: TestPlane): Promise<string> {
  const [first, next] = [await plane.publish('mail', 'a'), await plane.publish('mail', 'b')]
  await plane.ask('PUT /v1/features/mail/active', { as: 'operator', body: { version: first, reason: 'launch' } })
  return (await plane.ask('POST /v1/features/mail/rollouts', { as: 'operator', body: { version: next } })).body.id
}

test('the verdict of a rollout is one number', async () => {
  await using plane = await testPlane()
  const path = `/v1/rollouts/${await started(plane)}/verdict`
  const running = await plane.ask(`GET ${path}`, { as: 'client' })
  assert.deepEqual([running.body.value, running.body.decision, running.body.alpha], [0, null, 0.05])
  assert.equal((await plane.ask(`POST ${path}`, { as: 'client' })).status, 200)
  plane.clock.advance(151_000)
  const unwatched = await plane.ask(`POST ${path}`, { as: 'client' })
  assert.deepEqual([unwatched.status, unwatched.body.value, unwatched.body.watched], [412, 0, false])
  await plane.ask(`POST /v1/features/mail/rollback`, { as: 'operator', body: { reason: 'bad' } })
  const ended = await plane.ask(`POST ${path}`, { as: 'client' })
  assert.deepEqual([ended.status, ended.body.value, ended.body.words], [412, -1, 'bad'])
})

test('a verdict that nobody has looked at for minutes is no leave to go on', async () => {
  const due = { decision: { do: 'promote', strength: 'strong' }, words: 'better' } as unknown as Assessment
  let at = 0
  const recorded = async () => ({ at, series: {} as RecordedEvidence['series'] })
  await using plane = await testPlane({
    engineState: { assessment: async () => due, recorded, drift: async () => null },
  })
  at = plane.clock.now()
  const id = await started(plane)
  const verdict = async () => {
    const { status, body } = await plane.ask(`POST /v1/rollouts/${id}/verdict`, { as: 'client' })
    return [status, body.value, body.strength, body.watched]
  }
  assert.deepEqual(await verdict(), [200, 1, 'strong', true])
  plane.clock.advance(151_000)
  assert.deepEqual(await verdict(), [412, 0, null, false])
  at = plane.clock.now() + 59_000
  assert.deepEqual(await verdict(), [200, 1, 'strong', true], 'the clocks of two replicas differ a little')
  at = plane.clock.now() + 3_600_000
  assert.deepEqual(await verdict(), [412, 0, null, false], 'the clock was set back by an hour')
})
