import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createLeanFetch } from '../../../../src/core/providers/http/lean-fetch.ts'
import type { OidcSettings } from '../../../../src/core/suite/config/oidc-settings.ts'
import { testPlane, tokenOf } from '../../../support/control-plane/control-plane.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'
import { clientSecret, startIdentityProvider } from '../../../support/oidc/identity-provider.ts'
import { arrive, goAndReturn, oidcCallback, planeAt, visit } from '../../../support/oidc/oidc-visitor.ts'
import { until } from '../../../support/until.ts'

const lean = createLeanFetch({ env: {} })

/** What a server answers to each path, on a socket. */
async function serving(answer: (path: string, origin: string) => object | null) {
  const server = createServer((request, response) => {
    const reply = answer(request.url ?? '', origin)
    if (reply === null) return
    const status = 'error' in reply ? 404 : 200
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer: origin,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('the server works while the provider is away, says so, and signs people in once it is there', async () => {
  await using provider = await startIdentityProvider({ callbacks: [oidcCallback] })
  provider.people.set('ann', { name: 'Ann', groups: ['staff'] })
  let isAway = true
  await using plane = await planeAt(provider, {
    fetch: (address, init) => lean(isAway ? 'http://127.0.0.1:1/' : address, init),
  })
  await until(() => plane.logged().includes('nobody can sign in'), 'the fault to be logged')
  const form = await (await visit(plane, '/sign-in')).text()
  assert.match(form, /href="\/sign-in\/oidc\?next=%2F">Sign in at 127\.0\.0\.1:\d+</)
  const refused = await visit(plane, '/sign-in/oidc?next=/costs')
  const text = await refused.text()
  assert.equal(refused.status, 503)
  assert.match(text, /does not answer \(connect ECONNREFUSED .*Try again, or sign in with a token\./)
  assert.match(text, /name="next" value="\/costs"/)
  await signedIn(plane, 'viewer', tokenOf('viewer'))

  isAway = false
  assert.equal((await visit(plane, '/sign-in/oidc')).status, 503, 'it is not asked anew at once')
  plane.clock.advance(2000)
  assert.equal((await arrive(plane, provider, 'ann')).status, 200)
  const { cookie, back } = await goAndReturn(plane, provider, 'ann')
  isAway = true
  const lost = await visit(plane, back, cookie)
  assert.equal(lost.status, 503)
  assert.match(await lost.text(), /does not answer/)
})

test('groups may come with the ID token or only when asked, and the secret in the form or in a header', async () => {
  await using provider = await startIdentityProvider({ callbacks: [oidcCallback], inIdToken: false })
  provider.people.set('ann', { name: 'Ann', roles: 'Operators' })
  const oidc: Partial<OidcSettings> = {
    ...{ clientId: 'sluice-by-header', clientAuthentication: 'client_secret_basic', groupsClaim: 'roles' },
    ...{ scopes: ['openid', 'profile'], roles: [{ group: 'Operators', role: 'operator' }] },
  }
  const sent: string[] = []
  const fetch: typeof globalThis.fetch = (address, init) => {
    if (String(address).endsWith('/token'))
      sent.push(`${new Headers(init?.headers).get('authorization')} ${init?.body}`)
    return lean(address, init)
  }
  await using plane = await planeAt(provider, { oidc, fetch })
  const { status, text } = await arrive(plane, provider, 'ann')
  assert.equal(status, 200, text)
  await using usual = await planeAt(provider, { oidc: { ...oidc, clientAuthentication: 'client_secret_post' }, fetch })
  assert.equal((await arrive(usual, provider, 'ann')).status, 200)
  await using wrong = await planeAt(provider, { oidc, fetch, secret: 'another' })
  const refused = await arrive(wrong, provider, 'ann')
  assert.equal(refused.status, 503)
  assert.match(refused.text, /refuses this control plane \(HTTP 401\): whoever/)
  await using none = await planeAt(provider, { oidc, fetch, secret: null })
  assert.match((await arrive(none, provider, 'ann')).text, /refuses this control plane \(invalid_client/)
  assert.deepEqual(
    sent.map((request) => [/^Basic /.test(request), request.includes(clientSecret)]),
    [
      [true, false],
      [false, true],
      [true, false],
      [false, false],
    ],
  )
  assert.doesNotMatch(plane.logged() + wrong.logged(), new RegExp(clientSecret))
})

test('a provider that hangs, is another one, or leads to where there is no TLS is not followed', async () => {
  const named = (more: object) => (path: string, issuer: string) =>
    path.startsWith('/.well-known/') ? { issuer, authorization_endpoint: `${issuer}/auth`, ...more } : null
  const faults: [string, Parameters<typeof serving>[0], RegExp][] = [
    ['hangs', () => null, /does not answer \(no answer in time\)/],
    ['is no provider', () => ({ error: 'not found' }), /answers, but not as one \(/],
    [
      'is for all companies',
      named({ issuer: 'https://login.example.com/{tenantid}/v2.0' }),
      /answers, but not as one \(/,
    ],
    [
      'has no TLS',
      named({ authorization_endpoint: 'http://login.example.com/auth' }),
      /without TLS \(http:\/\/login\.example/,
    ],
  ]
  for (const [why, answer, expected] of faults) {
    await using provider = await serving(answer)
    await using plane = await planeAt(provider, { ...(why === 'hangs' && { deadlineMs: 300 }) })
    const response = await visit(plane, '/sign-in/oidc')
    assert.equal(response.status, 503, why)
    assert.match(await response.text(), expected, why)
  }
})

test('an address for the people of all companies is refused, though the library takes it', async () => {
  const issuer = 'https://login.microsoftonline.com/common/v2.0'
  const authorization_endpoint = 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize'
  const document = { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0', authorization_endpoint }
  await using plane = await planeAt({ issuer }, { fetch: async () => Response.json(document) })
  const response = await visit(plane, '/sign-in/oidc')
  assert.equal(response.status, 503)
  assert.match(await response.text(), /calls itself https:\/\/login\.microsoftonline\.com\/\{tenantid\}/)
})

test('a token endpoint that hangs ends with the deadline, one without TLS is not sent the secret', async () => {
  await using provider = await startIdentityProvider({ callbacks: [oidcCallback] })
  provider.people.set('ann', { name: 'Ann', groups: ['staff'] })
  const asked: string[] = []
  const around = async (endpoint: string, deadlineMs: number) => {
    const found = await fetch(`${provider.issuer}/.well-known/openid-configuration`)
    const document = { ...((await found.json()) as object), token_endpoint: endpoint }
    return planeAt(provider, {
      deadlineMs,
      async fetch(address, init) {
        asked.push(String(address))
        return String(address).includes('.well-known') ? Response.json(document) : fetch(address, init)
      },
    })
  }
  await using hanging = await serving(() => null)
  await using slow = await around(`${hanging.issuer}/token`, 300)
  const late = await arrive(slow, provider, 'ann')
  assert.equal(late.status, 503)
  assert.match(late.text, /no answer in time/)
  await using open = await around('http://token.example.com/token', 30_000)
  const refused = await arrive(open, provider, 'ann')
  assert.equal(refused.status, 503)
  assert.match(refused.text, /without TLS \(http:\/\/token\.example\.com\)/)
  assert.ok(!asked.some((address) => address.includes('token.example.com')))
})

test('without a provider there is no such page, and no link to one', async () => {
  await using plane = await testPlane()
  for (const path of ['/sign-in/oidc', '/sign-in/oidc/callback?state=x&code=y'])
    assert.equal((await visit(plane, path)).status, 404)
  assert.doesNotMatch(await (await visit(plane, '/sign-in')).text(), /oidc/)
})
