import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageRoutes } from '../../../../src/control/server/pages/page-routes.ts'
import { memoryStore } from '../../../../src/control/store/memory/memory-store.ts'
import { readers, scopes } from '../../../../src/records/token-scopes.ts'
import { testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { sendForm, signedIn } from '../../../support/control-plane/visitor.ts'

const home = 'http://localhost/'

test('without a session a page leads to the form, and back to the page afterwards', async () => {
  await using plane = await testPlane()
  const response = await plane.plane.fetch(new Request(`${home}instances?x=1`))
  assert.deepEqual([response.status, response.headers.get('location')], [303, '/sign-in?next=%2Finstances%3Fx%3D1'])
  const form = await (await plane.plane.fetch(new Request(`${home}sign-in?next=%2Finstances%3Fx%3D1`))).text()
  assert.match(form, /name="next" value="\/instances\?x=1"/)
  const done = await sendForm(plane, '/sign-in', { token: tokenOf('viewer'), next: '/instances?x=1' })
  assert.deepEqual([done.status, done.headers.get('location')], [303, '/instances?x=1'])
})

test('no address leads away from the control plane', async () => {
  await using plane = await testPlane()
  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\/evil.example',
    '/%0d%0aset-cookie:x',
    '/..//evil.example',
    'javascript:alert(1)',
  ]) {
    const response = await sendForm(plane, '/sign-in', { token: tokenOf('viewer'), next })
    const location = response.headers.get('location') ?? ''
    assert.equal(new URL(location, home).origin, 'http://localhost', next)
    assert.doesNotMatch(location, /^\/[/\\]/)
  }
})

test('people sign in, machines do not, and a wrong token says only that it is wrong', async () => {
  await using plane = await testPlane()
  for (const scope of scopes) {
    const { status, headers } = await sendForm(plane, '/sign-in', { token: tokenOf(scope) })
    const isPerson = scope === 'admin' || readers.some((reader) => reader === scope)
    assert.equal(status, isPerson ? 303 : 403, scope)
    assert.equal(headers.has('set-cookie'), isPerson, scope)
  }
  const wrong = await sendForm(plane, '/sign-in', { token: 'no-such-token<b>' })
  const text = await wrong.text()
  assert.equal(wrong.status, 401)
  assert.match(text, /unknown, expired or revoked/)
  assert.doesNotMatch(text, /no-such-token/)
  assert.doesNotMatch(plane.logged(), /no-such-token|token-of-scope/)
})

test('the cookie is for this server alone; by TLS no other host can have set it, and no other name is read', async () => {
  const store = memoryStore()
  for (const [publicUrl, name, others, attributes] of [
    [null, 'sluice_session', ['__Host-sluice_session'], 'HttpOnly; SameSite=Strict; Max-Age=43200'],
    ['http://127.0.0.1:4310', 'sluice_session', [], 'HttpOnly; SameSite=Strict; Max-Age=43200'],
    [
      ...(['https://sluice.example.com', '__Host-sluice_session'] as const),
      ['sluice_session', '__Secure-sluice_session', '__host-sluice_session'],
      'HttpOnly; SameSite=Strict; Secure; Max-Age=43200',
    ],
  ] as const) {
    await using plane = await testPlane({ store, settings: { publicUrl } })
    const { headers } = await sendForm(plane, '/sign-in', { token: tokenOf('viewer') })
    const [cookie = '', ...rest] = (headers.get('set-cookie') ?? '').split('; ')
    const value = cookie.slice(cookie.indexOf('=') + 1)
    assert.deepEqual([cookie, rest.join('; ')], [`${name}=${value}`, `Path=/; ${attributes}`])
    const statusBy = async (text: string) =>
      (await plane.plane.fetch(new Request(home, { headers: { cookie: text } }))).status
    assert.equal(await statusBy(`other=1; ${cookie}`), 200)
    for (const other of others) {
      assert.equal(await statusBy(`${other}=${value}`), 303, other)
      assert.equal(await statusBy(`${other}=0; ${cookie}`), 200, other)
    }
  }
})

test('the API takes no cookie, and pages take no bearer token', async () => {
  await using plane = await testPlane()
  const { cookie } = await signedIn(plane, 'admin')
  const api = await plane.plane.fetch(new Request(`${home}v1/features`, { headers: { cookie } }))
  assert.equal(api.status, 401)
  const page = await plane.plane.fetch(plane.request('GET /', { as: 'admin' }))
  assert.equal(page.status, 303)
})

test('a session ends after twelve hours, with its token, and when the cookie was changed', async () => {
  await using plane = await testPlane()
  const statusOf = async (cookie: string) => {
    return (await plane.plane.fetch(new Request(home, { headers: { cookie } }))).status
  }
  const { cookie } = await signedIn(plane, 'viewer')
  const [name, value = ''] = cookie.split('=')
  const [body = '', signature = ''] = value.split('.')
  const content = JSON.parse(Buffer.from(body, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...content, token: 'id-token-of-scope-admin' })).toString('base64url')
  for (const odd of ['', '.', body, `${body}.`, `${forged}.${signature}`, `${body}.${signature.slice(0, -1)}é`, 'é.é'])
    assert.equal(await statusOf(`${name}=${odd}`), 303, odd)
  const short = await plane.token('a-token-for-an-hour', {
    scopes: ['viewer'],
    expiresAt: plane.clock.now() + 3_600_000,
  })
  const { cookie: hour } = await signedIn(plane, 'viewer', short)
  assert.deepEqual([await statusOf(cookie), await statusOf(hour)], [200, 200])
  plane.clock.jump(3_600_000)
  assert.deepEqual([await statusOf(cookie), await statusOf(hour)], [200, 303])
  plane.clock.jump(11 * 3_600_000)
  assert.equal(await statusOf(cookie), 303)
})

test('a session ends two seconds after its token was revoked', async () => {
  await using plane = await testPlane()
  const { body } = await plane.ask('POST /v1/tokens', { as: 'admin', body: { name: 'ann', scopes: ['operator'] } })
  const ann = await signedIn(plane, 'operator', body.token)
  await plane.ask(`DELETE /v1/tokens/${body.record.id}`, { as: 'admin' })
  plane.clock.advance(2000)
  assert.equal((await ann.get('/')).status, 303)
  const script = await ann.get('/', { 'sluice-part': 'main' })
  assert.deepEqual([script.status, await script.text()], [401, ''])
})

test('signing out forgets the session, signing out everywhere ends all of the token, on the record', async () => {
  await using plane = await testPlane()
  const [here, there, other] = [
    await signedIn(plane, 'operator'),
    await signedIn(plane, 'operator'),
    await signedIn(plane, 'viewer'),
  ]
  const out = await here.send('/sign-out')
  assert.match(out.headers.get('set-cookie') ?? '', /^sluice_session=; .*Max-Age=0$/)
  assert.equal((await there.get('/')).status, 200)
  assert.equal((await there.send('/sign-out', { everywhere: 'yes' })).status, 303)
  plane.clock.advance(2000)
  assert.deepEqual([(await here.get('/')).status, (await there.get('/')).status], [303, 303])
  assert.equal((await other.get('/')).status, 200)
  assert.equal((await (await signedIn(plane, 'operator')).get('/')).status, 200)
  const row = (await plane.store.audit('_system')).at(-1)
  assert.deepEqual([row?.action, row?.actor], ['token.end-sessions', 'scope-operator'.slice(-12)])
  assert.doesNotMatch(JSON.stringify(row), /"hash":"[0-9a-f]{64}","/)
  assert.equal((await plane.ask('GET /v1/features', { as: 'operator' })).status, 200)
})

test('a form of another site, or of another session, does nothing', async () => {
  await using plane = await testPlane()
  const [mine, yours] = [await signedIn(plane, 'operator'), await signedIn(plane, 'operator')]
  assert.notEqual(mine.formKey, yours.formKey)
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', ''])
    assert.equal((await mine.send('/sign-out', {}, { origin })).status, 403, origin)
  for (const formKey of [yours.formKey, '', 'é', mine.formKey.slice(1)])
    assert.equal((await mine.send('/sign-out', { formKey })).status, 403, formKey)
  assert.equal((await mine.send('/sign-out', {}, { 'content-type': 'text/plain' })).status, 415)
  const foreign = await sendForm(plane, '/sign-in', { token: tokenOf('viewer') }, { origin: 'https://evil.example' })
  assert.deepEqual([foreign.status, foreign.headers.has('set-cookie')], [403, false])
  assert.equal((await mine.get('/')).status, 200)
})

test('behind a proxy a form may come from the public address', async () => {
  await using plane = await testPlane({ settings: { publicUrl: 'https://sluice.example.com' } })
  const from = (origin: string) => sendForm(plane, '/sign-in', { token: tokenOf('viewer') }, { origin })
  assert.equal((await from('https://sluice.example.com')).status, 303)
  assert.equal((await from('https://other.example.com')).status, 403)
})

test('many failed attempts from one address must wait, and keep nobody out who has a token or a session', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  const attempt = async (token: string) => (await sendForm(plane, '/sign-in', { token })).status
  const statuses: number[] = []
  for (let count = 0; count < 25; count += 1) statuses.push(await attempt('a-wrong-token'))
  assert.deepEqual([...new Set(statuses)], [401, 429])
  assert.equal(await attempt(tokenOf('viewer')), 303)
  assert.equal((await ann.get('/')).status, 200)
  assert.equal(await attempt('a-wrong-token'), 429)
  plane.clock.advance(5000)
  assert.equal(await attempt('a-wrong-token'), 401)
})

test('every page lets in those it names, and asks all others to sign in', async () => {
  await using plane = await testPlane()
  for (const { method, path, scopes: allowed } of pageRoutes) {
    if (allowed === null || method !== 'GET' || path.includes('{')) continue
    for (const scope of ['viewer', 'operator', 'approver', 'admin']) {
      const { status, body } = await (await signedIn(plane, scope)).get(path)
      await body?.cancel()
      const isIn: boolean = scope === 'admin' || allowed.some((one) => one === scope)
      assert.equal(status, isIn ? 200 : 403, `${path} as ${scope}`)
    }
    assert.equal((await plane.plane.fetch(new Request(`http://localhost${path}`))).status, 303, path)
  }
  assert.deepEqual(
    pageRoutes.filter(({ scopes: allowed }) => allowed === null).map(({ method, path }) => `${method} ${path}`),
    [
      'GET /sign-in',
      'POST /sign-in',
      'GET /sign-in/link/{link}',
      'GET /sign-in/oidc',
      'GET /sign-in/oidc/callback',
      'GET /assets/{file}',
    ],
  )
})

test('faults are pages for browsers and problem documents for programs, with the same headers of protection', async () => {
  await using plane = await testPlane()
  const ann = await signedIn(plane, 'viewer')
  const missing = await ann.get('/nothing')
  assert.equal(missing.status, 404)
  assert.match(await missing.text(), /<h1>There is nothing here<\/h1>/)
  for (const path of ['/', '/nothing', '/sign-in']) {
    const { headers } = await ann.get(path)
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe/)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
  const program = await plane.ask('GET /nothing')
  assert.deepEqual([program.status, program.body.code], [404, 'not-found'])
  const api = await ann.get('/v1/nothing')
  assert.match(api.headers.get('content-type') ?? '', /problem\+json/)
  const wrong = await ann.send('/instances')
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET'])
  const head = await plane.plane.fetch(new Request(home, { method: 'HEAD', headers: { cookie: ann.cookie } }))
  assert.deepEqual([head.status, await head.text()], [200, ''])
})

test('style and script are kept for ever under the name of their content', async () => {
  await using plane = await testPlane()
  const page = await (await plane.plane.fetch(new Request(`${home}sign-in`))).text()
  const paths = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path)
  assert.equal(paths.length, 2)
  for (const path of paths) {
    const { status, headers } = await plane.plane.fetch(new Request(`http://localhost${path}`))
    assert.deepEqual([status, headers.get('cache-control')], [200, 'public, max-age=31536000, immutable'])
  }
  assert.equal((await plane.plane.fetch(new Request(`${home}assets/page-0.css`))).status, 404)
})
