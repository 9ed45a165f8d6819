import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptVersion, testPlane } from '../support/control-plane.ts'

test('features, versions and tokens have a bound; what is known already is still taken', async () => {
  await using plane = await testPlane({ settings: { growth: { features: 2, versionsOfFeature: 2, tokens: 6 } } })
  const publish = (feature: string, text: string) =>
    plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body: { content: promptVersion(text) } })
  const create = (name: string) => plane.ask('POST /v1/tokens', { as: 'admin', body: { name, scopes: ['client'] } })
  const statuses = [await publish('a', '1'), await publish('a', '2'), await publish('constructor', '1')]
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [201, 201, 201],
  )
  const [version, feature] = [await publish('a', '3'), await publish('b', '1')]
  assert.deepEqual([version.status, version.body.code, feature.status], [409, 'too-many', 409])
  assert.match(version.body.detail, /a has 2 versions, which is the most/)
  assert.equal((await publish('a', '2')).status, 200)
  const created = [await create('a'), await create('b'), await create('c')]
  assert.deepEqual(
    created.map(({ status }) => status),
    [201, 201, 409],
  )
})

test('what keeps failing is named to whoever asks whether the server is ready, which it is', async () => {
  const fault = { loop: 'drift watch', feature: 'constructor', code: 'damaged', since: 1, failures: 3 }
  const insight = { assessment: async () => null, drift: async () => null, faults: () => [fault] }
  await using plane = await testPlane({ insight })
  const { status, body } = await plane.ask('GET /readyz')
  assert.partialDeepStrictEqual({ status, body }, { status: 200, body: { status: 'ok', failing: [fault] } })
})
