import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Provider, { interactionPolicy } from 'oidc-provider'
import type { OidcSettings } from '../../../src/core/suite/config/oidc-settings.ts'

/** What the provider says of its people, by the id with which they sign in. */
export type People = Map<string, Record<string, unknown>>

/** An identity provider in this process, on a socket of its own. */
export interface LocalProvider extends AsyncDisposable {
  issuer: string
  people: People
  /** The key with which it signs. */
  key: KeyObject
  /** Signs in at the address, as a browser does, and returns the address that the provider sends the browser back to. */
  signIn(address: string, login: string): Promise<URL>
}

export const clientSecret = 'the-secret-of-the-client'
/** Who signs in by this id says no. */
export const unwilling = 'nobody'

/** Asks only who one is, without a password. */
const form =
  '<!doctype html><title>Company</title><form method="post"><label>Who are you? <input name="login"></label><button>Sign in</button></form>'

export async function startIdentityProvider({
  callbacks,
  inIdToken = true,
}: {
  /** The addresses that it may send browsers back to. */
  callbacks: string[]
  /** Whether an ID token says all of a person, or only who it is. */
  inIdToken?: boolean
}): Promise<LocalProvider> {
  const people: People = new Map()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = createServer((request, response) => {
    answer(provider, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, configuration({ callbacks, inIdToken, people, key: privateKey }))
  return {
    issuer,
    people,
    key: privateKey,
    signIn: (address, login) => signInAt(issuer, address, login),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Rules {
  callbacks: string[]
  inIdToken: boolean
  people: People
  key: KeyObject
}

function configuration({ callbacks, inIdToken, people, key }: Rules): Record<string, unknown> {
  const client = {
    client_id: 'sluice',
    client_secret: clientSecret,
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: 'ES256',
    redirect_uris: callbacks,
    // Of such a client the port of an address on this machine does not count.
    application_type: 'native',
  }
  // Otherwise whoever uses such a client is asked each time.
  const policy = interactionPolicy.base()
  policy.get('consent').checks.remove('native_client_prompt')
  return {
    clients: [client, { ...client, client_id: 'sluice-by-header', token_endpoint_auth_method: 'client_secret_basic' }],
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), alg: 'ES256', kid: 'own', use: 'sig' }] },
    cookies: { keys: ['of a test'] },
    conformIdTokenClaims: !inIdToken,
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'groups', 'roles', '_claim_names'],
      email: ['email'],
    },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_: unknown, { uid }: { uid: string }) => `/login/${uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: async (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people.get(id) }),
    }),
    /** Nobody is asked whether this application may know them: it is the company's. */
    async loadExistingGrant(context: GrantContext) {
      const { client: asking, session, provider } = context.oidc
      const grant = new provider.Grant({ clientId: asking.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  }
}

interface GrantContext {
  oidc: {
    client: { clientId: string }
    session: { accountId: string }
    provider: { Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> } }
  }
}

async function answer(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!request.url?.startsWith('/login/')) return void provider.callback()(request, response)
  if (request.method !== 'POST') return void response.setHeader('content-type', 'text/html').end(form)
  const login = new URLSearchParams(await text(request)).get('login') ?? ''
  const refused = { error: 'access_denied', error_description: 'she said <b>no</b>' }
  await provider.interactionFinished(request, response, login === unwilling ? refused : { login: { accountId: login } })
}

/** Follows the provider's redirects with its cookies, and fills in its form. */
async function signInAt(issuer: string, address: string, login: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = new URL(address)
  let body: string | undefined
  for (let step = 0; step < 10 && at.origin === issuer; step += 1) {
    const response = await fetch(at, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { body }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const bodyText = await response.text()
    const location = response.headers.get('location')
    if (location === null && !bodyText.includes('name="login"'))
      throw new Error(`the provider says ${response.status}: ${bodyText}`)
    body = location === null ? new URLSearchParams({ login }).toString() : undefined
    if (location !== null) at = new URL(location, at)
  }
  return at
}

/** The settings of a control plane whose people sign in there. */
export function oidcSettings(issuer: string, more: Partial<OidcSettings> = {}): OidcSettings {
  return {
    issuer,
    clientId: 'sluice',
    clientSecretEnv: 'OIDC_CLIENT_SECRET',
    groupsClaim: 'groups',
    roles: [
      { group: 'admins', role: 'admin' },
      { group: 'mail', role: 'operator', features: ['mail'] },
      { group: 'on-call', role: 'operator' },
      { group: 'approvers', role: 'approver' },
      { group: 'staff', role: 'viewer' },
    ],
    ...more,
  }
}
