import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRoute } from '../../../../src/control/server/route/route.ts'
import { routes } from '../../../../src/control/server/routes.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { scopes } from '../../../../src/records/token-scopes.ts'
import { answerText } from '../../../support/control-plane/answer-text.ts'
import { promptVersion, type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { content } from '../../../support/store/store-samples.ts'

const hidden = 'secret-feature'

/** A control plane with a rollout, outcomes, contents and a token of a feature that is none of `alpha`'s business. */
async function stage() {
  const plane = await testPlane({
    engineState: {
      assessment: async () => null,
      drift: async (feature) => ({ of: `drift-of-${feature}` }) as never,
    },
  })
  const rollouts: Record<string, string> = {}
  for (const feature of ['alpha', hidden]) {
    const version = await plane.publish(feature, `text-of-${feature}`)
    const next = await plane.publish(feature, `next-text-of-${feature}`)
    const by = (body: object) => ({ as: 'admin', body })
    await plane.ask(`PUT /v1/features/${feature}/active`, by({ version, reason: `launch-of-${feature}` }))
    const { body } = await plane.ask(`POST /v1/features/${feature}/rollouts`, by({ version: next }))
    rollouts[feature] = body.id
    const outcome = { id: `outcome-of-${feature}`, feature, version, observedAt: '2026-11-24T09:00:00Z', unit: 'ann' }
    await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes: [outcome] } })
    await plane.store.putContent([
      { ...content(`outcome-of-${feature}`), feature, version, output: `said-of-${feature}` },
    ])
    await plane.store.setJudgement({ feature, id: `outcome-of-${feature}` }, { judgeId: 'j' }, 0.5)
    plane.plane.metrics.count('canary_things_total', 'Things.', { feature, arm: 'canary' })
  }
  const { body } = await plane.ask('POST /v1/tokens', {
    as: 'admin',
    body: { name: `app-of-${hidden}`, scopes: ['client'], features: [hidden] },
  })
  const ack = { instance: `host-of-${hidden}`, epoch: plane.store.epoch, revision: 0, hash: 'h' }
  await plane.ask('POST /v1/acks', { as: body.token, body: ack })
  const as = await plane.token('limited-to-alpha', { scopes: [...scopes], features: ['alpha'] })
  return { plane, as, rollout: rollouts[hidden] ?? '', tokenId: body.record.id as string }
}

type Stage = Awaited<ReturnType<typeof stage>>

const version = promptVersion('brought-along')

/** What is asked of a route, where more is needed than names in its path. */
const questions: Record<string, (stage: Stage) => { query?: string; body?: unknown }> = {
  'POST /v1/features/{feature}/versions': () => ({ body: { content: version } }),
  'PUT /v1/features/{feature}/active': () => ({
    body: { version: version.id, reason: 'x', override: { reason: 'x' } },
  }),
  'POST /v1/features/{feature}/rollouts': () => ({ body: { version: version.id, override: { reason: 'x' } } }),
  'POST /v1/outcomes': ({ rollout }) => ({
    body: {
      outcomes: [
        { id: 'forged', feature: hidden, version: version.id, observedAt: '2026-11-24T09:00:00Z', rolloutId: rollout },
      ],
    },
  }),
  'POST /v1/acks': ({ plane }) => ({
    body: { instance: 'mine', epoch: plane.store.epoch, revision: 0, hash: 'h' },
  }),
  'POST /v1/tokens': () => ({ body: { name: 'wider', scopes: ['admin'], features: ['alpha', 'secret-feature'] } }),
  'POST /v1/features/{feature}/proposals': () => ({
    body: { act: 'activate', version: version.id, reason: 'x', override: { reason: 'x' } },
  }),
  'POST /v1/rollouts/{rollout}/exclusions': () => ({ body: { token: 'id', reason: 'x' } }),
  'DELETE /v1/units': () => ({ body: { unit: 'ann' } }),
  'POST /ofrep/v1/evaluate/flags': () => ({ body: { context: { targetingKey: 'ann' } } }),
  'POST /ofrep/v1/evaluate/flags/{key}': () => ({ body: { context: { targetingKey: 'ann' } } }),
}

async function answerOf({ method, path }: HttpRoute, found: Stage): Promise<{ status: number; text: string }> {
  const { plane, as, rollout, tokenId } = found
  const names: Record<string, string> = { feature: hidden, key: hidden, rollout, id: tokenId, version: version.id }
  const { query = '', body = method === 'GET' ? undefined : { reason: 'x' } } =
    questions[`${method} ${path}`]?.(found) ?? {}
  const address = `${method} ${path.replaceAll(/\{(\w+)\}/g, (_, name) => names[name] ?? name)}${query}`
  const response = await plane.plane.fetch(plane.request(address, { as, body }))
  return { status: response.status, text: await answerText(response) }
}

/** All that is stored of the hidden feature, and all tokens. */
async function stored(store: Store): Promise<unknown> {
  return {
    feature: await store.feature(hidden),
    versions: await store.versions(hidden),
    audit: await store.audit(hidden),
    log: await store.readLog({ after: 0, limit: 100, feature: hidden }),
    contents: await store.content({ feature: hidden, id: `outcome-of-${hidden}` }),
    tokens: await store.tokens(),
    instances: (await store.instances(0)).filter(({ instance }) => instance !== 'mine'),
  }
}

test('nothing of a feature that a token is not for is in any answer, nor is it changed', async (t) => {
  const found = await stage()
  await using plane: TestPlane = found.plane
  const before = await stored(plane.store)
  for (const route of routes) {
    const named = /\{(?:feature|key|rollout|id)\}/.test(route.path)
    await t.test(`${route.method} ${route.path}`, async () => {
      const { status, text } = await answerOf(route, found)
      if (named) assert.ok([403, 404].includes(status), `${status}: ${text}`)
      assert.doesNotMatch(text, /(?:text|launch|said|drift|app|host|outcome)-of-secret/)
      // Those that were asked for it by its name may say that name again.
      if (!named && route.path !== '/v1/outcomes' && route.path !== '/v1/tokens') assert.doesNotMatch(text, /secret/)
      const { versions } = before as { versions: { id: string }[] }
      for (const { id } of versions) assert.ok(!text.includes(id), text)
    })
  }
  assert.deepEqual(await stored(plane.store), before)
})

test('a token with limits makes tokens of its own features only, which end no later than itself', async () => {
  const { plane: found } = await stage()
  await using plane = found
  const expiresAt = plane.clock.now() + 60_000
  const as = await plane.token('an-ending-admin', { scopes: ['admin'], features: ['alpha', 'beta'], expiresAt })
  const create = (more: object) =>
    plane.ask('POST /v1/tokens', { as, body: { name: 'n', scopes: ['client'], ...more } })
  for (const features of [null, undefined, [hidden], ['alpha', hidden]]) {
    const { status, body } = await create({ ...(features !== undefined && { features }) })
    assert.deepEqual([status, body.code], [403, 'feature-not-allowed'], String(features))
  }
  const ends = async (more: object) => (await create({ features: ['alpha'], ...more })).body.record.expiresAt
  assert.equal(await ends({}), expiresAt)
  assert.equal(await ends({ expiresAt: expiresAt + 1 }), expiresAt)
  assert.equal(await ends({ expiresAt: expiresAt - 1 }), expiresAt - 1)
  const { body } = await plane.ask('GET /v1/tokens', { as })
  for (const { features } of body.tokens) assert.ok(features?.every((name: string) => ['alpha', 'beta'].includes(name)))
})

test('a unit is forgotten in the features of the token that asks, and it is noted how many entries went', async () => {
  const { plane: found, as } = await stage()
  await using plane = found
  const { status, body } = await plane.ask('DELETE /v1/units', { as, body: { unit: 'ann' } })
  const until = plane.clock.now() + 7 * 86_400_000
  const entries = [{ feature: 'alpha', rolloutId: null, entries: 1 }]
  assert.deepEqual([status, body], [200, { contents: 0, memories: 0, entries, until }])
  const log = await plane.store.readLog({ after: 0, limit: 9 })
  assert.deepEqual(
    log.map(({ feature }) => feature),
    [hidden],
  )
  const [row] = (await plane.store.audit('alpha')).slice(-1)
  assert.deepEqual([row?.action, row?.after], ['unit.forget', { entries }])
  assert.match(row?.reason ?? '', /1 entry of the log went/)
  const everything = JSON.stringify([await plane.store.audit('_system'), await plane.store.audit('alpha')])
  assert.match(everything, /unit\.forget.*"features":\["alpha"\]/)
  assert.doesNotMatch(everything, /ann"/)
  const late = { id: 'late', feature: 'alpha', version: version.id, observedAt: '2026-11-24T09:00:00Z', unit: 'ann' }
  const answer = await plane.ask('POST /v1/outcomes', { as, body: { outcomes: [late] } })
  assert.deepEqual([answer.body.accepted, answer.body.duplicates], [0, 1])
})

test('metrics are shown of the features of a token, and of the process as a whole', async () => {
  const { plane: found, as } = await stage()
  await using plane = found
  const { body: limited } = await plane.ask('GET /metrics', { as })
  assert.match(limited, /canary_things_total\{feature="alpha",arm="canary"\} 1\n/)
  assert.match(limited, /sluice_streams /)
  const { body: all } = await plane.ask('GET /metrics', { as: 'operator' })
  assert.match(all, /canary_things_total\{feature="secret-feature",arm="canary"\} 1\n/)
})

test('an idempotency key of one token gives no answer to another', async () => {
  const { plane: found } = await stage()
  await using plane = found
  const [one, two] = [await plane.token('first-operator', { scopes: ['operator'] }), 'operator']
  const headers = { 'idempotency-key': 'k' }
  const { rollout } = (await plane.ask('GET /v1/features/alpha', { as: 'operator' })).body
  const pause = { headers, body: { reason: 'INC' } }
  assert.equal((await plane.ask(`POST /v1/rollouts/${rollout.id}/pause`, { as: one, ...pause })).status, 200)
  const other = await plane.ask(`POST /v1/rollouts/${rollout.id}/pause`, { as: two, ...pause })
  assert.deepEqual([other.status, other.headers.get('idempotency-replayed')], [409, null])
})
