import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlane } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { startOf, withTraffic } from '../../../support/rollout/feature-traffic.ts'

const settings = {
  signals: { score: 0, errors: 0.5, slow: 0.25, safety: 0.25 },
  stages: [{ percent: 25, soak: '4h' }],
  patience: '16h',
}

test('where traffic has stopped a start is refused and says why, unless that is accepted', async () => {
  await using plane = await testPlane()
  const { canary } = await withTraffic(plane, 1200)
  plane.clock.jump(8 * 24 * 3_600_000)
  const refused = await startOf(plane, { version: canary, settings })
  assert.deepEqual([refused.status, refused.body.code], [409, 'cannot-decide'])
  assert.match(
    refused.body.detail,
    /^There was no request in the last week, though there were earlier ones\. This rollout/,
  )
  const page = await (await signedIn(plane, 'operator')).page(`/features/f/start?version=${canary}`)
  assert.match(page, /There was no request in the last week, .* How much do you expect\?/)
  assert.match(page, /1 % for 4 h, 5 % for 8 h/, 'no traffic suits no stages')
  assert.doesNotMatch(page, /NaN|Infinity/)
  assert.equal((await startOf(plane, { version: canary, settings, traffic: { requestsPerDay: 40_000 } })).status, 201)
  const again = { version: canary, settings, supersede: true, acceptUndecided: true }
  assert.equal((await startOf(plane, again)).status, 201)
})
