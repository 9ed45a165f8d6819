import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestPlane, testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { fuzz } from '../../../support/fuzz.ts'

async function withRollout(plane: TestPlane): Promise<{ versions: string[]; rollout: string }> {
  const versions = [await plane.publish('f', 'a'), await plane.publish('f', 'b')]
  await plane.ask('PUT /v1/features/f/active', { as: 'operator', body: { version: versions[0], reason: 'launch' } })
  const body = { version: versions[1] }
  return { versions, rollout: (await plane.ask('POST /v1/features/f/rollouts', { as: 'operator', body })).body.id }
}

test('requests made from the contract meet no fault of the server, and answers are as it says', async () => {
  await using plane = await testPlane({ settings: { rate: { perSecond: 1e9, burst: 1e9 } } })
  const { rollout } = await withRollout(plane)
  const contract = (await plane.ask('GET /openapi.json')).body
  const statuses = await fuzz(contract, {
    requests: 500,
    seed: 20261124,
    token: tokenOf('admin'),
    known: { feature: ['f', '_system'], rollout: [rollout], key: ['f'] },
    send: (path, init) => plane.plane.fetch(new Request(`http://localhost${path}`, init)),
  })
  for (const status of [200, 400, 404])
    assert.ok((statuses.get(status) ?? 0) > 20, `${status}: ${statuses.get(status)}`)
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
})

test('the fuzzer finds a planted fault', async () => {
  await using plane = await testPlane()
  plane.store.acknowledge = () => Promise.reject(new TypeError('planted'))
  const { paths } = (await plane.ask('GET /openapi.json')).body
  const run = fuzz(
    { paths: { '/v1/acks': paths['/v1/acks'] } },
    {
      requests: 200,
      seed: 1,
      token: tokenOf('client'),
      known: {},
      send: (path, init) => plane.plane.fetch(new Request(`http://localhost${path}`, init)),
    },
  )
  await assert.rejects(run, (error: Error) => /: 500 /.test(`${error.message} ${error.cause}`))
})
