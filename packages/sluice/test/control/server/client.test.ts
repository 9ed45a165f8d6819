import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceClient, systemClock } from '@sluice/client'
import { listen } from '../../../src/control/server/http/listen.ts'
import { type TestPlane, testPlane, tokenOf } from '../../support/control-plane/control-plane.ts'
import { until } from '../../support/until.ts'

const change = (plane: TestPlane, address: string, body: object) => plane.ask(address, { as: 'operator', body })

test('a client routes by what it is sent, acknowledges a rollback, and reports its outcomes', async () => {
  await using plane = await testPlane({ clock: systemClock })
  const listening = await listen(plane.plane, { host: '127.0.0.1', port: 0 })
  const [good, bad] = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await change(plane, 'PUT /v1/features/f/active', { version: good, reason: 'launch' })
  let acknowledged = false
  plane.store.onAcknowledge(() => {
    acknowledged = true
  })
  const client = new SluiceClient({ url: listening.url, token: tokenOf('client'), instance: 'host-1' })
  try {
    assert.equal(await client.ready(), 'server')
    assert.equal(client.route('f', 'ann').version, good)
    await until(() => acknowledged, 'the first acknowledgement')

    const next = { version: bad, reason: 'better', waitMs: 10_000 }
    const { applied } = (await change(plane, 'PUT /v1/features/f/active', next)).body
    assert.deepEqual([applied.total, applied.applied, client.route('f', 'ann').version], [1, 1, bad])

    const back = (await change(plane, 'POST /v1/features/f/rollback', { reason: 'worse', waitMs: 10_000 })).body
    assert.deepEqual([back.applied.missing, back.feature.active], [[], good])
    assert.equal(client.route('f', 'ann').version, good)

    const body = { version: bad, settings: { stages: [{ percent: 100, soak: '1h' }] } }
    await change(plane, 'POST /v1/features/f/rollouts', body)
    await until(() => client.route('f', 'ann').arm === 'canary', 'the canary to be routed')
    await client.route('f', 'ann').run(async () => 'an answer')
    await client.flush()
    const [entry] = await plane.store.readLog({ after: 0, limit: 10 })
    assert.deepEqual([entry?.version, entry?.arm, entry?.kind], [bad, 'canary', 'request'])
    assert.notEqual(entry?.position, null)
  } finally {
    await client.close()
    await listening.close()
  }
  assert.deepEqual(await plane.store.instances(0), [])
})
