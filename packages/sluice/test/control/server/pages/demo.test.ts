import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { simulatePast } from '../../../../src/control/demo/demo-past.ts'
import { makeDemoTokens } from '../../../../src/control/demo/demo-tokens.ts'
import { serveDemo } from '../../../../src/control/demo/serve-demo.ts'
import type { ServeProcess } from '../../../../src/control/server/serve/serve.ts'
import { seededRandom } from '../../../../src/stats/random.ts'
import { testPlane } from '../../../support/control-plane.ts'
import { signedIn } from '../../../support/visitor.ts'

test('a demo has features with reports and past rollouts, and each of its pages says that it is simulated', async () => {
  await using plane = await testPlane({ settings: { isSimulated: true } })
  const tokens = await makeDemoTokens(plane.store, { clock: plane.clock, randomBytes })
  await simulatePast(plane.store, { tokens, now: plane.clock.now(), random: seededRandom(1) })
  await plane.pass(2000)
  const { features } = (await plane.ask('GET /v1/features', { as: 'operator' })).body
  assert.equal(features.length, 4)
  const statuses = features.map((one: { rollout: { status: string } | null }) => one.rollout?.status ?? null)
  assert.deepEqual(statuses.toSorted(), [null, null, 'rolledBack', 'running'])
  const ann = await signedIn(plane, 'operator')
  for (const path of ['/', '/settings', '/features/email-summary'])
    assert.match(await ann.page(path), /<b>SIMULATED<\/b>/, path)
  assert.match(await (await ann.get('/nothing-here')).text(), /<b>SIMULATED<\/b>/)
})

test('a demo refuses a database, and an address that others reach', async () => {
  const process = { env: { DATABASE_URL: 'postgres://db' } } as unknown as ServeProcess
  await assert.rejects(serveDemo({ host: '127.0.0.1', port: 0 }, process), /--demo never uses a database/)
  const other = { env: {} } as unknown as ServeProcess
  await assert.rejects(serveDemo({ host: '0.0.0.0', port: 0 }, other), /--demo is only for this machine/)
})
