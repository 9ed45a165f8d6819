import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import { type LocalProvider, startIdentityProvider, unwilling } from '../../../support/oidc/identity-provider.ts'
import { arrive, cookieIn, goAndReturn, oidcCallback, planeAt, visit } from '../../../support/oidc/oidc-visitor.ts'

let provider: LocalProvider
before(async () => {
  provider = await startIdentityProvider({ callbacks: [oidcCallback] })
  for (const login of ['ann', 'mallory']) provider.people.set(login, { name: login, groups: ['on-call'] })
})
after(() => provider[Symbol.asyncDispose]())

test('what binds an attempt to the browser is out of the reach of scripts, other sites and other hosts', async () => {
  await using plane = await planeAt(provider)
  const begun = await visit(plane, '/sign-in/oidc')
  const cookie = begun.headers.get('set-cookie') ?? ''
  assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/)
  const address = new URL(begun.headers.get('location') ?? '')
  const asked = Object.fromEntries(address.searchParams)
  assert.deepEqual(
    [asked.response_type, asked.code_challenge_method, asked.redirect_uri, asked.scope],
    ['code', 'S256', oidcCallback, 'openid profile email'],
  )
  const body = Buffer.from(/=([^.]+)/.exec(cookie)?.[1] ?? '', 'base64url').toString()
  for (const part of [asked.state, asked.nonce]) assert.ok(part && part.length >= 43 && !body.includes(part))
  await using secure = await planeAt(provider, { settings: { publicUrl: 'https://sluice.example.com' } })
  const behindTls = await visit(secure, 'http://internal:4050/sign-in/oidc')
  assert.match(
    behindTls.headers.get('set-cookie') ?? '',
    /^__Host-sluice_sign_in=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
  )
  const { searchParams } = new URL(behindTls.headers.get('location') ?? '')
  assert.equal(searchParams.get('redirect_uri'), 'https://sluice.example.com/sign-in/oidc/callback')
  const form = await (await visit(secure, 'http://internal:4050/sign-in?next=/costs')).text()
  assert.match(form, /href="https:\/\/sluice\.example\.com\/sign-in\/oidc\?next=%2Fcosts"/)
  const forgedHost = await visit(plane, 'http://evil.example/sign-in/oidc')
  assert.deepEqual([forgedHost.status, forgedHost.headers.has('location')], [503, false])
})

test('a callback counts once, in the browser in which it began, for ten minutes', async () => {
  await using plane = await planeAt(provider)
  const { cookie, back } = await goAndReturn(plane, provider, 'mallory')
  const victim = await goAndReturn(plane, provider, 'ann')
  const other = new URL(back)
  other.searchParams.set('state', victim.back.searchParams.get('state') ?? '')
  const [name, value = ''] = cookie.split('=')
  const [body = '', signature = ''] = value.split('.')
  const content = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), next: '/costs' }
  const forged = Buffer.from(JSON.stringify(content)).toString('base64url')
  const none = new URL(back)
  none.searchParams.delete('state')
  const refused: [string, URL, string][] = [
    ['no cookie: a victim is sent to the callback of somebody else', back, ''],
    ['the cookie of another attempt', back, victim.cookie],
    ['a cookie that was changed', back, `${name}=${forged}.${signature}`],
    ['a session is no attempt', back, cookie.replace('sluice_sign_in', 'sluice_session')],
    ['no state', none, cookie],
    ['an empty answer', new URL(oidcCallback), cookie],
    ['an error that nobody asked for', new URL(`${oidcCallback}?error=x&error_description=call+555-1234`), cookie],
  ]
  for (const [why, address, sent] of refused) {
    const response = await visit(plane, address, sent)
    const text = await response.text()
    assert.equal(response.status, 400, why)
    assert.match(text, /This sign-in was not begun in this browser/, why)
    assert.doesNotMatch(text, /555-1234/)
    assert.deepEqual(response.headers.getSetCookie(), [], `${why}: an attempt under way goes on`)
  }
  const swapped = await visit(plane, other, victim.cookie)
  assert.equal(swapped.status, 403, 'the code of another attempt fails at the provider, by PKCE')
  assert.equal(cookieIn(swapped, 'sluice_session'), '')

  const mine = await goAndReturn(plane, provider, 'ann')
  const first = await visit(plane, mine.back, mine.cookie)
  assert.equal(first.status, 200)
  assert.equal(cookieIn(first, 'sluice_sign_in'), '', 'the browser forgets the attempt')
  const again = await visit(plane, mine.back, mine.cookie)
  assert.equal(again.status, 403)
  assert.match(await again.text(), /This sign-in was used already, or took too long/)

  const late = await goAndReturn(plane, provider, 'ann')
  plane.clock.advance(600_000)
  assert.equal((await visit(plane, late.back, late.cookie)).status, 400)
  assert.equal((await plane.store.tokens()).filter(({ person }) => person).length, 1)
})

test('no answer of the provider, and no address to go on to, leads away or acts', async () => {
  await using plane = await planeAt(provider)
  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/a;url=//evil',
  ]) {
    const { response } = await arrive(plane, provider, 'ann', next)
    const refresh = response.headers.get('refresh') ?? ''
    assert.equal(new URL(refresh.replace('0; url=', ''), 'http://localhost').origin, 'http://localhost', refresh)
    assert.match(refresh, /^0; url=\/(?![/\\])/)
  }
  const long = await arrive(plane, provider, 'ann', `/${'a'.repeat(5000)}`)
  assert.equal(long.response.headers.get('refresh'), '0; url=/', 'a cookie of that length would be lost')
  const no = await arrive(plane, provider, unwilling)
  assert.deepEqual([no.status, no.session], [403, ''])
  assert.match(no.text, /has not let you in \(access_denied: she said &lt;b&gt;no&lt;\/b&gt;\)/)
  const { cookie, back } = await goAndReturn(plane, provider, 'ann')
  back.searchParams.set('iss', 'https://another.example.com')
  const mixed = await visit(plane, back, cookie)
  assert.equal(mixed.status, 403, 'the answer of another provider')
  assert.match(await mixed.text(), /cannot be trusted/)
})

interface Token {
  header: Record<string, unknown>
  claims: Record<string, unknown>
}

/** A fetch whose ID tokens are changed on the way, and signed again by the key. */
function forging(change: (token: Token) => Token | null, key = provider.key): typeof globalThis.fetch {
  const fetch = createLeanFetch({ env: {} })
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return async (address, init) => {
    const response = await fetch(address, init)
    if (!String(address).endsWith('/token')) return response
    const { id_token: given, ...rest } = (await response.json()) as { id_token: string }
    const [header = '', claims = ''] = given.split('.').map((text) => Buffer.from(text, 'base64url').toString())
    const changed = change({ header: JSON.parse(header), claims: JSON.parse(claims) })
    if (changed === null) return Response.json(rest)
    const text = `${part(changed.header)}.${part(changed.claims)}`
    const by = {
      key: createPrivateKey(key.export({ format: 'pem', type: 'pkcs8' })),
      dsaEncoding: 'ieee-p1363' as const,
    }
    const signature = changed.header.alg === 'none' ? '' : sign('sha256', Buffer.from(text), by).toString('base64url')
    return Response.json({ ...rest, id_token: `${text}.${signature}` })
  }
}

test('an ID token is believed only if it is for this attempt, of this provider, signed by it and of now', async () => {
  const claims = (more: Record<string, unknown>) => (token: Token) => ({
    ...token,
    claims: { ...token.claims, ...more },
  })
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  /** Made when the token is, so that a slow machine makes no difference. */
  const at = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
  const asked = async (change: (token: Token) => Token | null, key?: typeof stranger) => {
    await using plane = await planeAt(provider, { fetch: forging(change, key) })
    const { status, session, text } = await arrive(plane, provider, 'ann')
    const people = (await plane.store.tokens()).filter(({ person }) => person)
    assert.equal(people.length === 1 && session !== '', status === 200)
    if (status !== 200) assert.match(text, /cannot be trusted \(/)
    return status
  }
  assert.equal(await asked((token) => token), 200, 'the forger itself is good')
  assert.equal(
    await asked((token) => claims({ iat: at(20), exp: at(-20) })(token)),
    200,
    'clocks may differ by half a minute',
  )
  const refused: Record<string, [(token: Token) => Token | null, typeof stranger?]> = {
    'without a signature': [(token) => ({ ...token, header: { ...token.header, alg: 'none' } })],
    'signed by another key': [(token) => token, stranger],
    'signed with the secret of the client': [(token) => ({ ...token, header: { alg: 'HS256' } })],
    'with a nonce of another attempt': [claims({ nonce: 'of another attempt' })],
    'without a nonce': [({ header, claims: { nonce: _, ...rest } }) => ({ header, claims: rest })],
    'for another application': [claims({ aud: 'another' })],
    'for several applications': [claims({ aud: ['sluice', 'another'], azp: 'another' })],
    'of another provider': [claims({ iss: 'https://another.example.com' })],
    expired: [claims({ exp: at(-120) })],
    'of the future': [(token) => claims({ nbf: at(120) })(token)],
    'without a subject': [({ header, claims: { sub: _, ...rest } }) => ({ header, claims: rest })],
    missing: [() => null],
  }
  for (const [why, [change, key]] of Object.entries(refused)) assert.equal(await asked(change, key), 403, why)
})
