import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestPlane, testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { acknowledge } from '../../../support/control-plane/launched.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { until } from '../../../support/until.ts'

/** No instance falls silent, or counts as late, while the test looks at it. */
const hour = 3_600_000

/** What a page says, but for times: an instance reports after each change of what it serves. */
const text = (page: string) =>
  page
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\d\d:\d\d(?::\d\d)?Z/g, '')
    .replaceAll(/\s+/g, ' ')

async function activate(plane: TestPlane, feature: string, content: string): Promise<void> {
  const version = await plane.publish(feature, content)
  const body = { version, reason: 'launch' }
  assert.equal((await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'operator', body })).status, 200)
}

/**
 * A rollout of `alpha`. Of four instances two may serve `secret`, too: `late` and `own-late` are from before the
 * rollout.
 */
async function stage() {
  const plane = await testPlane({ settings: { heartbeatMs: hour, stragglerMs: hour } })
  for (const feature of ['alpha', 'secret']) await activate(plane, feature, `first of ${feature}`)
  const own = await plane.token('an-app-of-alpha-alone', { features: ['alpha'] })
  await acknowledge(plane, 'late')
  await acknowledge(plane, 'own-late', {}, own)
  const body = { version: await plane.publish('alpha', 'next') }
  const { body: rollout } = await plane.ask('POST /v1/features/alpha/rollouts', { as: 'operator', body })
  await acknowledge(plane, 'shared')
  await acknowledge(plane, 'own', {}, own)
  return { plane, paths: ['/', '/instances', '/features/alpha', '/features/alpha/applied', `/rollouts/${rollout.id}`] }
}

/** All that somebody is shown, once no page waits for anything. */
async function shown(plane: TestPlane, paths: readonly string[], as: string): Promise<Map<string, string>> {
  const visitor = await signedIn(plane, 'limited', as)
  const found = new Map<string, string>()
  for (const path of [...paths, '/help']) {
    await until(async () => {
      const page = await visitor.page(path)
      found.set(path, text(page))
      // A page that was just made is shown again for a second.
      plane.clock.advance(1001)
      return !page.includes('data-again')
    }, `${path} to be complete`)
  }
  const { current, instances } = (await plane.ask('GET /v1/instances', { as })).body
  const withoutTimes = (key: string, value: unknown) => (/At$|Until$/.test(key) ? 0 : value)
  return found.set('/v1/instances', JSON.stringify([current, instances], withoutTimes, 1))
}

test('whoever sees some features alone is shown no change of another one by the instances that serve both', async () => {
  const { plane: made, paths } = await stage()
  await using plane = made
  const limited = (['viewer', 'operator', 'approver', 'admin'] as const).map((scope) => ({
    scope,
    as: `an-${scope}-of-alpha`,
  }))
  for (const { scope, as } of limited) await plane.token(as, { scopes: [scope], features: ['alpha'] })
  const told = () => Promise.all(limited.map(({ as }) => shown(plane, paths, as)))
  const all = await shown(plane, paths, tokenOf('viewer'))
  const before = await told()
  const assertSame = async (when: string) => {
    for (const [index, pages] of (await told()).entries())
      for (const [path, page] of pages)
        assert.equal(page, before[index]?.get(path), `${path} as ${limited[index]?.scope}, ${when}`)
  }
  await activate(plane, 'secret', 'second of secret')
  await assertSame('after the change')
  const lagging = await shown(plane, paths, tokenOf('viewer'))
  for (const path of ['/', '/instances', '/v1/instances']) assert.notEqual(lagging.get(path), all.get(path), path)
  await acknowledge(plane, 'shared')
  await assertSame('once an instance has it')
})

test('what a shared instance has and lacks of the features that one sees is told', async () => {
  const { plane: made, paths } = await stage()
  await using plane = made
  const as = await plane.token('a-viewer-of-alpha', { scopes: ['viewer'], features: ['alpha'] })
  await activate(plane, 'secret', 'second of secret')
  const found = await shown(plane, paths, as)
  const page = (path: string) => found.get(path) ?? ''
  const { current, instances } = (await plane.ask('GET /v1/instances', { as })).body
  const { revision } = current
  assert.deepEqual(
    instances.map((one: Record<string, unknown>) => [one.instance, one.upToDate, one.revision, one.hash]),
    [
      ['late', false, 0, ''],
      ['own', true, revision, current.hash],
      ['own-late', false, instances[2].revision, instances[2].hash],
      ['shared', true, revision, ''],
    ],
  )
  assert.ok(instances[2].revision > 0 && instances[2].hash !== '')
  assert.match(page('/'), /of 4 instances 2 behind/)
  assert.match(page('/instances'), new RegExp(`Of 4 instances 2 behind, 0 silent present revision ${revision} `))
  assert.match(page('/instances'), /late ✕ behind not known /)
  assert.match(page('/instances'), new RegExp(`shared ✓ up to date ${revision} `))
  assert.match(page('/features/alpha/applied'), /2 of 4 instances have it/)
  assert.match(page(paths.at(-1) ?? ''), /2 of 4 instances lack the last change/)
})
