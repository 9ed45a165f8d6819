import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launched } from '../../../support/control-plane/launched.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

test('a canary that was aborted is not said to have been rolled back', async () => {
  await using plane = await launched()
  const ann = await signedIn(plane, 'operator')
  const canary = await plane.publish('f', 'tried')
  const act = (what: string, body: object) =>
    plane.ask(what, { as: 'operator', body: { reason: 'wrong day', ...body } })
  await act('PUT /v1/features/f/active', { version: plane.next })
  const { body: rollout } = await act('POST /v1/features/f/rollouts', { version: canary })
  await act(`POST /v1/rollouts/${rollout.id}/abort`, {})
  const aborted = `The canary ${canary} was aborted already, 24 Nov 2026 09:00Z by ope-operator \\(wrong day\\)\\.`
  assert.match(await ann.page('/features/f/rollback'), new RegExp(aborted))
  plane.clock.advance(60_000)
  await act('PUT /v1/features/f/active', { version: canary })
  await act('POST /v1/features/f/rollback', { from: canary })
  assert.match(await ann.page('/features/f/rollback'), new RegExp(`${canary} was rolled back already`))
})
