import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promptVersion, testPlane } from '../../../support/control-plane/control-plane.ts'

test('features, versions and tokens have a bound; what is known already is still taken', async () => {
  await using plane = await testPlane({ settings: { growth: { features: 2, versionsOfFeature: 2, tokens: 8 } } })
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
  assert.match(version.body.detail, /a has 2 versions already, which is the limit/)
  assert.equal((await publish('a', '2')).status, 200)
  const created = [await create('a'), await create('b'), await create('c')]
  assert.deepEqual(
    created.map(({ status }) => status),
    [201, 201, 409],
  )
})

test('a server of which something keeps failing is ready, and names it to whoever may see the feature', async () => {
  const fault = { code: 'damaged', since: 1, failures: 3 }
  const faults = [
    { loop: 'telling slack', feature: null, ...fault },
    ...Array.from({ length: 150 }, () => ({ loop: 'drift watch', feature: 'constructor', ...fault })),
    { loop: 'controller', feature: 'mail', ...fault },
  ]
  const engineState = { assessment: async () => null, drift: async () => null, faults: () => faults }
  await using plane = await testPlane({ engineState })
  const limited = await plane.token('token-for-mail', { features: ['mail'] })
  const expired = await plane.token('an-expired-token', { expiresAt: plane.clock.now() })
  const seen = async (as?: string) => {
    const { status, body } = await plane.ask('GET /readyz', { ...(as && { as }) })
    assert.equal(status, 200)
    const named = body.failing.map(
      ({ loop, feature }: { loop: string; feature: string | null }) => `${loop} ${feature}`,
    )
    return { named: [...new Set(named)], left: body.unnamed }
  }
  for (const as of [undefined, 'no-token', expired]) assert.deepEqual(await seen(as), { named: [], left: 152 })
  assert.deepEqual(await seen(limited), { named: ['telling slack null', 'controller mail'], left: 150 })
  assert.deepEqual(await seen('client'), { named: ['telling slack null', 'drift watch constructor'], left: 52 })
  const { get } = (await plane.ask('GET /openapi.json')).body.paths['/readyz']
  assert.deepEqual(get.security, [{}, { token: [] }])
  assert.match(get.description, /Needs no token.*the features that the token may see/)
})
