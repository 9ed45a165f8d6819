import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeToken } from '../../../../src/control/server/access/change-token.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import { app, stagedPlane } from '../../../support/control-plane/environments.ts'
import { readEvents } from '../../../support/control-plane/event-reader.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { until } from '../../../support/until.ts'
import { type Answer, answers, bothReleased, pages, tokensFor } from './both-released.ts'

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

test('a token for staging finds nothing of production by any route, page or act, and changes nothing of it', async () => {
  const { plane: found, names } = await bothReleased()
  await using plane = found
  const tokens = await tokensFor(plane, 'staging')
  const before = await stored(plane.store)
  for await (const { path, address, status, text } of answers(plane, tokens, names.production)) {
    assert.doesNotMatch(text, trace, address)
    if (/\{(?:feature|rollout|id|proposal)\}/.test(path))
      assert.ok([400, 403, 404].includes(status), `${address}: ${status} ${text}`)
  }
  const visitor = await signedIn(plane, 'staging', tokens.all)
  for await (const { path, address, status, text } of pages(visitor, names.production)) {
    assert.doesNotMatch(text, trace, address)
    if (/\{(?:feature|rollout|chain|proposal)\}/.test(path)) assert.equal(status, 404, address)
  }
  assert.deepEqual(await stored(plane.store), before)
  const { body: refused } = await plane.ask('GET /v1/features/summary', { as: tokens.all })
  assert.match(refused.detail, /is not for the last environment, which a name alone means\.$/)
  // The same questions about staging are answered.
  const listed = (await plane.ask('GET /v1/features', { as: tokens.all })).body.features
  assert.deepEqual(
    listed.map(({ feature, environment }: Record<string, string>) => [feature, environment]),
    [['summary@staging', 'staging']],
  )
  await visitor.page('/features/summary@staging')
  assert.match(await visitor.page('/audit/summary%40staging'), /launch-in-staging/)
})

test('a token for production is told nothing of the environment before it, nor that there is one of that name', async () => {
  const { plane: found, names } = await bothReleased()
  await using plane = found
  const tokens = await tokensFor(plane, 'production')
  const visitor = await signedIn(plane, 'production', tokens.all)
  const abort = { as: 'operator', body: { reason: 'x' } }
  assert.equal((await plane.ask(`POST /v1/rollouts/${names.production.rollout}/abort`, abort)).status, 200)
  const early = /an earlier environment has not given it to everybody, or has taken it back/
  for (const act of ['activate', 'start']) {
    const page = await visitor.page(`/features/summary/${act}?version=${names.production.version}`)
    assert.match(page, early)
    assert.doesNotMatch(page, /first<\/a>/)
  }
  assert.match(await visitor.page('/audit/summary'), /launch-in-production/)
  assert.match(await visitor.page(`/proposals/${names.production.proposal}`), early)
  // What it asks for by name it is told again, as if there were no such environment.
  const nowhere = { ...names.staging, feature: 'summary@nowhere', chain: 'summary@nowhere' }
  const isNamed = /\{(?:feature|chain)\}/
  const asked = async (all: AsyncGenerator<Answer>) => {
    const found: string[] = []
    for await (const { path, address, status, text } of all)
      if (isNamed.test(path))
        found.push(`${address} ${status} ${text}`.replaceAll(/staging|nowhere/g, 'X').replaceAll(/[0-9a-f]{16}/g, ''))
    return found
  }
  assert.deepEqual(await asked(answers(plane, tokens, names.staging)), await asked(answers(plane, tokens, nowhere)))
  assert.deepEqual(await asked(pages(visitor, names.staging)), await asked(pages(visitor, nowhere)))
  for (const query of [
    '',
    `?version=${names.production.version}`,
    `?version=${names.production.version}&breakGlass=yes`,
  ])
    for await (const { address, text } of pages(visitor, names.production, query))
      assert.doesNotMatch(text, /staging/, address)
  for await (const { address, text } of answers(plane, tokens, names.production))
    assert.doesNotMatch(text, /staging/, address)
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
  assert.deepEqual([log.status, log.body.code], [403, 'scope-missing'])
  const limited = await plane.token('admin-of-production', { scopes: ['admin'], environments: ['production'] })
  const ofAdmin = await plane.ask('GET /v1/features/_system/audit', { as: limited })
  assert.deepEqual([ofAdmin.status, ofAdmin.body.code], [403, 'feature-not-allowed'])
  assert.equal((await plane.ask('GET /v1/features/_system/audit', { as: 'admin' })).status, 200)
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
  for (const more of [{}, { environments: ['production'] }, { environments: ['qa'] }, { scopes: ['client'] }, both])
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
      assert.doesNotMatch(problem.detail, /testing|production/)
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
