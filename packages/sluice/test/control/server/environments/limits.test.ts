import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeToken } from '../../../../src/control/server/access/change-token.ts'
import { pageRoutes } from '../../../../src/control/server/pages/page-routes.ts'
import { routes } from '../../../../src/control/server/routes.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { scopes } from '../../../../src/records/token-scopes.ts'
import { app, type StagedPlane, stagedPlane } from '../../../support/control-plane/environments.ts'
import { readEvents } from '../../../support/control-plane/event-reader.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { content } from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

const places = { staging: 'summary@staging', production: 'summary' } as const

interface Stage {
  plane: StagedPlane
  /** Values of what stands in paths, all of production. */
  names: Record<string, string>
}

/** Both environments have a release, a rollout, a proposal, outcomes, an instance: each named after its environment. */
async function bothReleased(): Promise<Stage> {
  const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 }
  const plane = await stagedPlane({
    approvals: { '*': { ...rule, approvals: 0 } },
    engineState: {
      assessment: async () => null,
      drift: async (key) => ({ of: `drift-of-${key}`, events: [], signals: [] }) as never,
    },
  })
  const third = await plane.publish('summary', 'c')
  const glass = (place: string) => ({ breakGlass: { reason: `glass-in-${place}` } })
  let names: Record<string, string> = {}
  for (const [place, key] of Object.entries(places)) {
    await plane.activate(key, plane.first, { reason: `launch-in-${place}`, ...glass(place) })
    const { body } = await plane.start(key, plane.next, { reason: `start-in-${place}`, ...glass(place) })
    const as = app[place as keyof typeof app]
    const outcome = { feature: 'summary', version: plane.first, observedAt: '2026-11-24T09:00:00Z', unit: 'ann' }
    await plane.ask('POST /v1/outcomes', { as, body: { outcomes: [{ id: `outcome-in-${place}`, ...outcome }] } })
    await plane.store.putContent([
      { ...content(`outcome-in-${place}`), feature: key, version: plane.first, output: `said-in-${place}` },
    ])
    await plane.store.setJudgement({ feature: key, id: `outcome-in-${place}` }, { judgeId: 'j' }, 0.5)
    plane.plane.metrics.count('canary_things_total', 'Things.', { feature: key, arm: 'canary' })
    const ack = { instance: `host-in-${place}`, epoch: plane.store.epoch, revision: 0, hash: 'h' }
    await plane.ask('POST /v1/acks', { as, body: ack })
    const [note] = await plane.store.pendingProposals(key)
    names = { rollout: body.id, proposal: note?.id ?? 'none' }
  }
  return {
    plane,
    names: {
      ...names,
      feature: 'summary',
      chain: 'summary',
      key: 'summary',
      id: `id-${app.production}`,
      version: third,
    },
  }
}

const questions: Record<string, (version: string) => unknown> = {
  'PUT /v1/features/{feature}/active': (version) => ({ version, reason: 'x', breakGlass: { reason: 'x' } }),
  'POST /v1/features/{feature}/rollouts': (version) => ({ version, supersede: true, breakGlass: { reason: 'x' } }),
  'POST /v1/features/{feature}/proposals': (version) => ({ act: 'activate', version, reason: 'x' }),
  'POST /v1/rollouts/{rollout}/exclusions': () => ({ token: 'id', reason: 'x' }),
  'POST /v1/acks': () => ({ instance: 'mine', epoch: 'e', revision: 0, hash: 'h' }),
  'POST /v1/outcomes': (version) => ({
    outcomes: [{ id: 'mine', feature: 'summary', version, observedAt: '2026-11-24T09:00:00Z' }],
  }),
  'POST /v1/tokens': () => ({ name: 'n', scopes: ['viewer'] }),
  'DELETE /v1/units': () => ({ unit: 'ann' }),
  'POST /ofrep/v1/evaluate/flags': () => ({ context: { targetingKey: 'ann' } }),
  'POST /ofrep/v1/evaluate/flags/{key}': () => ({ context: { targetingKey: 'ann' } }),
}

const trace = /(?:launch|start|glass|outcome|said|host)-in-production|drift-of-summary"|feature="summary"/

/** All of production, and all tokens. */
async function stored(store: Store): Promise<unknown> {
  return {
    feature: await store.feature('summary'),
    versions: await store.versions('summary'),
    audit: await store.audit('summary'),
    log: await store.readLog({ after: 0, limit: 100, feature: 'summary' }),
    contents: await store.content({ feature: 'summary', id: 'outcome-in-production' }),
    proposals: await store.pendingProposals('summary'),
    tokens: await store.tokens(),
    instances: (await store.instances(0)).filter(({ tokenId }) => tokenId === `id-${app.production}`),
  }
}

const filled = (path: string, names: Record<string, string>) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) => names[name] ?? 'none')

test('a token for staging finds nothing of production by any route, page or act, and changes nothing of it', async () => {
  const { plane: found, names } = await bothReleased()
  await using plane = found
  const everything = { scopes: scopes.filter((scope) => scope !== 'client'), environments: ['staging'] }
  const as = await plane.token('all-of-staging', everything)
  await plane.token('app-of-staging', { scopes: ['client'], environments: ['staging'] })
  const before = await stored(plane.store)
  for (const route of routes) {
    if (route.path === '/v1/stream') continue
    const address = `${route.method} ${filled(route.path, names)}`
    const question = questions[`${route.method} ${route.path}`]
    const body = question?.(names.version ?? '') ?? (route.method === 'GET' ? undefined : { reason: 'x' })
    const isClients = route.scopes?.length === 1 && route.scopes[0] === 'client'
    const response = await plane.plane.fetch(
      plane.request(address, { as: isClients ? 'app-of-staging' : as, ...(body !== undefined && { body }) }),
    )
    const text = await response.text()
    assert.doesNotMatch(text, trace, address)
    if (/\{(?:feature|rollout|id|proposal)\}/.test(route.path))
      assert.ok([400, 403, 404].includes(response.status), `${address}: ${response.status} ${text}`)
  }
  const visitor = await signedIn(plane, 'staging', as)
  for (const { method, path } of pageRoutes) {
    if (/^\/(?:sign-in|sign-out|assets|live|help)/.test(path)) continue
    const address = filled(path, names)
    const response = await (method === 'GET'
      ? visitor.get(address)
      : visitor.send(address, { reason: 'x', revision: '0', sendKey: 'a'.repeat(20), version: names.version ?? '' }))
    assert.doesNotMatch(await response.text(), trace, address)
    if (/\{(?:feature|rollout|chain|proposal)\}/.test(path)) assert.equal(response.status, 404, `${method} ${address}`)
  }
  assert.deepEqual(await stored(plane.store), before)
  // The same questions about staging are answered.
  const listed = (await plane.ask('GET /v1/features', { as })).body.features
  assert.deepEqual(
    listed.map(({ feature, environment }: Record<string, string>) => [feature, environment]),
    [['summary@staging', 'staging']],
  )
  await visitor.page('/features/summary@staging')
  assert.match(await visitor.page('/audit/summary%40staging'), /launch-in-staging/)
})

test('the settings say that an application without a word of where it runs is in the last environment', async () => {
  await using plane = await stagedPlane({})
  await plane.token('plain-app', { scopes: ['client'] })
  await plane.token('plain-viewer', { scopes: ['viewer'] })
  const settings = (await (await signedIn(plane, 'admin')).page('/settings')).replaceAll(/<[^>]+>/g, ' ')
  assert.match(settings, /plain-app.{1,60} client\s+all in production\s/s)
  assert.match(settings, /plain-viewer.{1,60} viewer\s+all\s+24 Nov/s)
})

test('whoever is limited to one environment, also the last one, hears nothing of what belongs to all', async () => {
  const rule = { approvals: 1, approvers: { role: 'approver' as const }, expires: 86_400_000 }
  await using plane = await stagedPlane({ approvals: { '*@staging': rule, 'summary@production': rule } })
  const as = await plane.token('all-of-production', { scopes: ['viewer'], environments: ['production'] })
  const log = await plane.ask('GET /v1/features/_system/audit', { as })
  assert.deepEqual([log.status, log.body.code], [403, 'feature-not-allowed'])
  assert.equal((await plane.ask('GET /v1/features/_system/audit', { as: 'viewer' })).status, 200)
  const visitor = await signedIn(plane, 'viewer', as)
  for (const page of ['', '/export', '/verification'])
    assert.equal((await visitor.get(`/audit/_system${page}`)).status, 404, page)
  const settings = await visitor.page('/settings')
  assert.match(settings, /viewer · all features in production/)
  assert.match(settings, /summary@production/)
  assert.doesNotMatch(settings, /staging|_system/)
  await using stream = readEvents(await visitor.get('/live'))
  await until(() => stream.text().includes('event: changed'), 'the first word')
  assert.match(stream.text(), /"revision":null/)
  const act = { action: 'person.rights', at: 0, caller: { name: 'ann', tokenId: null } } as const
  await changeToken(plane.store, `id-${as}`, (one) => one && { ...one, environments: ['staging'] }, act)
  await plane.pass(2000)
  await until(() => stream.ended(), 'the stream of other rights to end')
})

test('a token for an environment that is no more is seen by nobody who may not see all', async () => {
  await using plane = await stagedPlane()
  const as = await plane.token('admin-of-production', { scopes: ['admin'], environments: ['production'] })
  const gone = await plane.token('of-the-former-qa', { scopes: ['viewer'], environments: ['qa'] })
  const listed = async (who: string) => JSON.stringify((await plane.ask('GET /v1/tokens', { as: who })).body)
  assert.doesNotMatch(await listed(as), /former-qa/)
  assert.match(await listed('admin'), /former-qa/)
  assert.doesNotMatch(await (await signedIn(plane, 'admin', as)).page('/settings'), /former-qa/)
  assert.equal((await plane.ask(`DELETE /v1/tokens/id-${gone}`, { as })).status, 404)
  assert.equal((await plane.ask(`DELETE /v1/tokens/id-${gone}`, { as: 'admin' })).status, 200)
})

test('nobody makes a token beyond their own environments, and an application gets one', async () => {
  await using plane = await stagedPlane()
  const create = async (as: string, more: object) => {
    const { status, body } = await plane.ask('POST /v1/tokens', {
      as,
      body: { name: 'n', scopes: ['viewer'], ...more },
    })
    return status === 201 ? body.record.environments : [status, body.code, body.detail]
  }
  assert.deepEqual(await create('admin', { environments: ['staging'] }), ['staging'])
  assert.equal(await create('admin', {}), undefined)
  const unknown = 'There is no environment "stagin": there are staging and production.'
  assert.deepEqual(await create('admin', { environments: ['stagin'] }), [400, 'invalid-request', unknown])
  const both = { scopes: ['client'], environments: ['staging', 'production'] }
  assert.match(String(await create('admin', both)), /runs in one environment/)
  const limited = await plane.token('admin-of-staging', { scopes: ['admin'], environments: ['staging'] })
  assert.deepEqual(await create(limited, { environments: ['staging'] }), ['staging'])
  for (const more of [{}, { environments: ['production'] }, { scopes: ['client'] }, both])
    assert.match(String(await create(limited, more)), /environment-not-allowed|runs in one environment/)
  const seen = (await plane.ask('GET /v1/tokens', { as: limited })).body.tokens
  for (const { environments } of seen) assert.deepEqual(environments, ['staging'])
  const revoked = await plane.ask(`DELETE /v1/tokens/id-${app.production}`, { as: limited })
  assert.equal(revoked.status, 404)
})

test('a token for an environment that there is not is refused, and never served another one', async () => {
  await using before = await stagedPlane()
  await before.activate('summary@staging', before.first)
  await before.activate('summary', before.first)
  for (const environments of [[], ['testing', 'production']]) {
    await using plane = await stagedPlane({ store: before.store, environments })
    for (const path of ['GET /v1/snapshot', 'POST /v1/outcomes', 'POST /ofrep/v1/evaluate/flags']) {
      const body = path.startsWith('GET') ? {} : { body: { outcomes: [], context: { targetingKey: 'ann' } } }
      const { status, body: problem } = await plane.ask(path, { as: app.staging, ...body })
      assert.deepEqual([status, problem.code], [403, 'unknown-environment'], path)
      assert.match(problem.detail, /is for staging, but not this control plane/)
    }
    const { body } = await plane.ask('GET /v1/features', { as: 'viewer' })
    assert.deepEqual(
      body.features.map(({ feature }: { feature: string }) => feature),
      ['summary'],
    )
    assert.equal((await plane.ask('GET /v1/features/summary@staging', { as: 'viewer' })).status, 404)
    assert.equal(
      (await plane.ask('GET /v1/snapshot', { as: app.production })).body.features.summary.active,
      before.first,
    )
  }
})
