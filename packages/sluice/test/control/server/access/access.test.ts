import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeToken } from '../../../../src/control/server/access/change-token.ts'
import { withoutSessions } from '../../../../src/control/server/access/sessions.ts'
import { routes } from '../../../../src/control/server/routes.ts'
import { seedAdmin } from '../../../../src/control/server/tokens.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { type Scope, scopes } from '../../../../src/records/token-scopes.ts'
import { testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { until } from '../../../support/until.ts'

test('every route lets in the scopes it names, and admins, and nobody else', async () => {
  await using plane = await testPlane()
  for (const { method, path, scopes: allowed } of routes) {
    const address = `${method} ${path.replaceAll(/\{(\w+)\}/g, 'no-such-$1')}`
    const status = async (as?: string) =>
      (await plane.plane.fetch(plane.request(address, { ...(as && { as }) }))).status
    assert.equal((await status()) === 401, allowed !== null, address)
    assert.equal((await status('no-such-token')) === 401, allowed !== null, address)
    for (const scope of scopes) {
      const good = allowed === null || allowed.includes(scope) || scope === 'admin'
      assert.equal((await status(scope)) !== 403, good, `${address} as ${scope}`)
    }
  }
})

test('what is open to everybody is health and the contract', async () => {
  assert.deepEqual(
    routes.filter(({ scopes }) => scopes === null).map(({ path }) => path),
    ['/healthz', '/readyz'],
  )
  await using plane = await testPlane()
  assert.equal((await plane.ask('GET /openapi.json')).status, 200)
})

test('a token is good until it expires or is revoked, at most 2 s longer', async () => {
  await using plane = await testPlane()
  const limits = { expiresAt: plane.clock.now() + 5000 }
  const expiring = await plane.token('an-expiring-token', limits)
  const status = async (as: string) => (await plane.ask('GET /v1/snapshot', { as })).status
  assert.equal(await status(expiring), 200)
  plane.clock.advance(5000)
  assert.equal(await status(expiring), 401)

  const body = { name: 'app', scopes: ['client'] }
  const { body: made } = await plane.ask('POST /v1/tokens', { as: 'admin', body })
  assert.equal(await status(made.token), 200)
  await plane.ask(`DELETE /v1/tokens/${made.record.id}`, { as: 'admin' })
  plane.clock.advance(2000)
  assert.equal(await status(made.token), 401)
})

test('a token that has expired stays so when the wall clock is set back, and expires while the machine sleeps', async () => {
  let steady = 0
  const store = memoryStore()
  await using plane = await testPlane({ store: { ...store, now: () => steady } })
  const pass = (ms: number) => {
    plane.clock.advance(ms)
    steady += ms
  }
  steady = plane.clock.now()
  const inFive = { expiresAt: steady + 5000 }
  const [used, unused] = [await plane.token('a-token-in-use', inFive), await plane.token('an-idle-token', inFive)]
  const sleeping = await plane.token('a-token-of-today', { expiresAt: steady + 86_400_000 })
  const status = async (as: string) => (await plane.ask('GET /v1/snapshot', { as })).status
  assert.equal(await status(used), 200)
  const { body } = await plane.plane.fetch(plane.request('GET /v1/stream', { as: used }))
  let isOpen = true
  const reading = body?.pipeTo(new WritableStream()).finally(() => {
    isOpen = false
  })
  pass(5000)
  plane.clock.stepBack(3_600_000)
  assert.deepEqual([await status(used), await status(unused), await status(sleeping)], [401, 401, 200])
  await plane.pass(6000)
  await until(() => !isOpen, 'the stream to end')
  await reading
  plane.clock.jump(90_000_000)
  assert.equal(await status(sleeping), 401)
})

test('a token is shown once, stored as a hash, listed, and on record', async () => {
  await using plane = await testPlane()
  const body = { name: 'app', scopes: ['client'], features: ['a'], expiresAt: '2027-01-01T00:00:00Z' }
  const made = await plane.ask('POST /v1/tokens', { as: 'admin', body })
  assert.equal(made.status, 201)
  const listed = await plane.ask('GET /v1/tokens', { as: 'admin' })
  assert.deepEqual(listed.body.tokens.at(-1), made.body.record)
  assert.equal(made.body.record.expiresAt, Date.parse('2027-01-01'))
  const audit = await plane.ask('GET /v1/features/_system/audit', { as: 'admin' })
  assert.deepEqual(audit.body.rows.at(-1).after, made.body.record)
  const { token } = made.body
  const kept = JSON.stringify([await plane.store.tokens(), audit.body, listed.body])
  assert.ok(token.length >= 40 && !kept.includes(token) && !plane.logged().includes(token))
  assert.equal((await plane.ask('DELETE /v1/tokens/none', { as: 'admin' })).status, 404)
  for (const name of ['sluice', ' Sluice\u00a0 restore', 'ｓluice', 'sluice_admin_token'])
    assert.match(
      (await plane.ask('POST /v1/tokens', { as: 'admin', body: { ...body, name } })).body.detail,
      /the server/,
    )
  const likeAnId = { ...body, name: made.body.record.id }
  assert.match(
    (await plane.ask('POST /v1/tokens', { as: 'admin', body: likeAnId })).body.detail,
    /like the id of a token/,
  )
  const past = { ...body, expiresAt: '2020-01-01T00:00:00Z' }
  assert.equal((await plane.ask('POST /v1/tokens', { as: 'admin', body: past })).status, 400)
})

test('a token for some features sees and changes only those', async () => {
  await using plane = await testPlane()
  for (const feature of ['mine', 'other']) {
    const version = await plane.publish(feature, `text of ${feature}`)
    await plane.ask(`PUT /v1/features/${feature}/active`, { as: 'admin', body: { version, reason: 'launch' } })
  }
  const as = await plane.token('a-limited-token', { scopes: ['client', 'operator', 'ci'], features: ['mine'] })
  const { body } = await plane.ask('GET /v1/features', { as })
  assert.deepEqual(
    body.features.map(({ feature }: { feature: string }) => feature),
    ['mine'],
  )
  assert.deepEqual(Object.keys((await plane.ask('GET /v1/snapshot', { as })).body.features), ['mine'])
  assert.equal((await plane.ask('GET /v1/features/other', { as })).status, 403)
  assert.equal((await plane.ask('GET /v1/features/other/audit', { as })).status, 403)
  assert.equal((await plane.ask('GET /v1/features/_system/audit', { as })).status, 403)
  const change = { as, body: { reason: 'x' } }
  assert.deepEqual((await plane.ask('POST /v1/features/other/rollback', change)).body.code, 'feature-not-allowed')
  const unknown = { as, body: { context: { targetingKey: 'u' } } }
  assert.equal((await plane.ask('POST /ofrep/v1/evaluate/flags/other', unknown)).status, 404)
})

test('too many requests with one token are told when to come back; others are not affected', async () => {
  await using plane = await testPlane({ settings: { rate: { perSecond: 0.5, burst: 3 } } })
  const status = async (as: string) => (await plane.ask('GET /v1/snapshot', { as })).status
  assert.deepEqual([await status('client'), await status('client'), await status('client')], [200, 200, 200])
  const { status: limited, headers, body } = await plane.ask('GET /v1/snapshot', { as: 'client' })
  assert.deepEqual([limited, headers.get('retry-after'), body.code], [429, '2', 'rate-limited'])
  assert.equal(await status('operator'), 200)
  plane.clock.advance(2000)
  assert.deepEqual([await status('client'), await status('client')], [200, 429])
})

test('no token and no authorization header is ever in the log', async () => {
  await using plane = await testPlane()
  for (const as of ['client', 'a-secret-that-is-wrong']) {
    for (const { method, path } of routes.filter(({ path }) => path !== '/v1/stream'))
      await plane.plane.fetch(plane.request(`${method} ${path.replaceAll(/[{}]/g, '')}`, { as }))
  }
  assert.ok(plane.logged().includes('"status":401'))
  for (const secret of [tokenOf('client'), 'a-secret-that-is-wrong']) assert.ok(!plane.logged().includes(secret))
})

test('SLUICE_ADMIN_TOKEN makes the first token once; a short or revoked one is refused', async () => {
  const [store, clock] = [memoryStore(), manualClock()]
  assert.equal(await seedAdmin(store, clock, undefined), false)
  await assert.rejects(seedAdmin(store, clock, 'short'), { code: 'invalid-input', message: /at least 16 characters/ })
  assert.equal(await seedAdmin(store, clock, 'a-long-enough-secret'), true)
  assert.equal(await seedAdmin(store, clock, 'a-long-enough-secret'), true)
  assert.equal(await seedAdmin(store, clock, ''), true)
  const [record, ...more] = await store.tokens()
  assert.deepEqual([record?.scopes, more.length, (await store.audit('_system')).length], [['admin'], 0, 1])
  await using plane = await testPlane({ store })
  await plane.ask(`DELETE /v1/tokens/${record?.id}`, { as: 'a-long-enough-secret' })
  await assert.rejects(seedAdmin(store, clock, 'a-long-enough-secret'), { message: /was revoked/ })
})

test('a token ends at a time that every calendar has', async () => {
  await using plane = await testPlane()
  const ask = (expiresAt: unknown) =>
    plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'app', scopes: ['client'], expiresAt } })
  for (const expiresAt of [8.64e15 + 1, 253_402_300_800_000, 1e300, 'never', '+275760-09-13T00:00:00Z', Number.NaN])
    assert.equal((await ask(expiresAt)).status, Number.isNaN(expiresAt) ? 201 : 400, String(expiresAt))
  assert.equal((await ask('9999-12-31T23:59:59Z')).status, 201)
})

test('a viewer and an approver read what an operator reads, and change nothing; an approver decides on proposals', async () => {
  const acts = routes.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/verdict'))
  const letIn = (scope: Scope) => acts.filter(({ scopes: allowed }) => allowed?.includes(scope)).map(({ path }) => path)
  assert.deepEqual(letIn('viewer'), [])
  assert.deepEqual(
    letIn('approver'),
    ['approve', 'reject', 'review'].map((act) => `/v1/proposals/{proposal}/${act}`),
  )
  for (const { method, path, scopes: allowed } of routes.filter((route) => route.method === 'GET'))
    if (allowed?.includes('operator'))
      assert.ok(allowed.includes('viewer') && allowed.includes('approver'), `${method} ${path}`)
})

test('a process with a token of a viewer is not counted, and gets no proof that its snapshot is fresh', async () => {
  await using plane = await testPlane()
  const headers = { 'sluice-nonce': 'n1', 'sluice-instance': 'p1 60000 host' }
  const proof = async (as: string) => (await plane.ask('GET /v1/snapshot', { as, headers })).headers.get('sluice-nonce')
  assert.deepEqual([await proof('viewer'), await proof('approver'), await proof('operator')], [null, null, 'n1'])
  const { body } = await plane.ask('GET /v1/instances', { as: 'viewer' })
  assert.equal(body.instances.length, 1)
})

test('a person has no secret that opens the API, and can be let in again; a token that was revoked cannot', async () => {
  await using plane = await testPlane()
  const person = { issuer: 'https://login.example.com', subject: 'ann' }
  await plane.token('ann', { id: 'p-ann', hash: 'no secret of p-ann', scopes: ['admin'], person })
  for (const as of ['no secret of p-ann', 'no', 'p-ann', ''])
    assert.equal((await plane.ask('GET /v1/tokens', { as })).status, 401, as)
  const { body } = await plane.ask('DELETE /v1/tokens/p-ann', { as: 'admin' })
  assert.deepEqual([body.person, typeof body.revokedAt], [person, 'number'])
  const back = await plane.ask('POST /v1/tokens/p-ann/reinstate', { as: 'admin' })
  assert.deepEqual([back.status, back.body.revokedAt, back.body.sessionEndings], [200, null, 1])
  const again = await plane.ask('POST /v1/tokens/p-ann/reinstate', { as: 'admin' })
  assert.deepEqual([again.status, again.body.sessionEndings], [200, 1])

  const { body: made } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'app', scopes: ['client'] } })
  await plane.ask(`DELETE /v1/tokens/${made.record.id}`, { as: 'admin' })
  const stays = await plane.ask(`POST /v1/tokens/${made.record.id}/reinstate`, { as: 'admin' })
  assert.deepEqual([stays.status, stays.body.code], [409, 'stays-revoked'])
  assert.equal((await plane.ask('POST /v1/tokens/none/reinstate', { as: 'admin' })).status, 404)
  const limited = await plane.token('an-admin-of-a', { scopes: ['admin'], features: ['a'] })
  assert.equal((await plane.ask('POST /v1/tokens/p-ann/reinstate', { as: limited })).status, 404)
  const rows = (await plane.store.audit('_system')).map(({ action, before }) => [action, before !== null])
  assert.deepEqual(
    rows.filter(([action]) => action === 'token.reinstate'),
    [['token.reinstate', true]],
  )
})

test('who can sign in only at the identity provider is no access for an address that all may reach', async () => {
  const store = memoryStore()
  const clock = manualClock()
  const person = { issuer: 'https://login.example.com', subject: 'ann' }
  const limits = { scopes: ['admin' as const], features: null, createdAt: 0, expiresAt: null, revokedAt: null }
  const record = { id: 'p-ann', name: 'ann', hash: 'none', person, ...limits }
  const act = { action: 'person.rights', at: 0, caller: { name: 'ann', tokenId: 'p-ann' } } as const
  await changeToken(store, 'p-ann', () => record, act)
  assert.equal(await seedAdmin(store, clock, undefined), false)
  assert.equal(await seedAdmin(store, clock, 'an-admin-token-for-all'), true)
})

test('of two changes of a token that come at once both count', async () => {
  const store = memoryStore()
  await using plane = await testPlane({ store })
  const { body } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'ann', scopes: ['operator'] } })
  const at = plane.clock.now()
  const caller = { name: 'ann', tokenId: body.record.id }
  let asked = 0
  const left = await changeToken(
    {
      commit: store.commit,
      async tokenById(id) {
        const stored = await store.tokenById(id)
        asked += 1
        if (asked === 1) await plane.ask(`DELETE /v1/tokens/${id}`, { as: 'admin' })
        return stored
      },
    },
    body.record.id,
    (stored) => stored && withoutSessions(stored),
    { action: 'token.end-sessions', at, caller },
  )
  const stored = await store.tokenById(body.record.id)
  assert.deepEqual([asked, left], [2, stored])
  assert.deepEqual([stored?.revokedAt, stored?.sessionEndings], [at, 1])
})
