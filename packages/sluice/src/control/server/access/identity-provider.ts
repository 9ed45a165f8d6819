import type { Clock } from '@sluice/client'
import type { Configuration } from 'openid-client'
import type { OidcSettings } from '../../../core/suite/config/oidc-settings.ts'
import { isLoopback } from '../../../loopback.ts'
import { hourMs } from '../../../time-units.ts'
import type { Claims } from './group-roles.ts'
import { insecureAddress, notThisProvider, undiscovered, unidentified } from './provider-fault.ts'
import type { SignInAttempt } from './sign-in-attempts.ts'
import { createSignInTurns, type ReturningBrowser } from './sign-in-turns.ts'

type Library = typeof import('openid-client')

/** A person, as the identity provider says. */
export interface Identity {
  subject: string
  claims: Claims
}

/** Where people of the company sign in, by OpenID Connect: authorization code with PKCE. */
export interface IdentityProvider {
  /**
   * Asks the provider for its addresses, so that a fault of the configuration shows before somebody signs in.
   * @throws Problem 503
   */
  find(): Promise<void>
  /**
   * The address at which the browser signs in.
   * @throws Problem 403, 503
   */
  signInAddress(attempt: SignInAttempt, redirectUri: string): Promise<string>
  /**
   * Whom the browser has come back as, from the address `callback` with all that the provider added to it.
   * @throws Problem 403, 503, also where too many come back at once
   */
  identify(attempt: SignInAttempt, callback: URL, browser: ReturningBrowser): Promise<Identity>
}

export interface ProviderOptions {
  settings: OidcSettings
  /** The client's secret; null: it is a public one. */
  secret: string | null
  fetch: typeof globalThis.fetch
  clock: Clock
  /** For each request to the provider. */
  deadlineMs: number
}

/** Addresses and keys may change; then everybody can sign in again after this time at the latest. */
const discoveryMs = hourMs
/** So long a provider that does not answer is not asked again, however many people try. */
const pauseMs = 2000

/** Asks the provider for its addresses when they are first needed, so that the server starts without it. */
export function createIdentityProvider(options: ProviderOptions): IdentityProvider {
  const { settings, clock } = options
  const { scopes = ['profile', 'email'], groupsClaim } = settings
  const inTurn = createSignInTurns()
  let known: { at: number; lifeMs: number; found: Promise<Configuration> } | undefined

  function configuration(library: Library): Promise<Configuration> {
    const now = clock.now()
    if (known && now >= known.at && now < known.at + known.lifeMs) return known.found
    const made = { at: now, lifeMs: discoveryMs, found: discover(library, options) }
    known = made
    made.found.catch(() => {
      made.lifeMs = clock.now() - now + pauseMs
    })
    return made.found
  }

  return {
    find: async () => void (await configuration(await import('openid-client'))),
    async signInAddress({ state, nonce, verifier }, redirectUri) {
      const library = await import('openid-client')
      const url = library.buildAuthorizationUrl(await configuration(library), {
        redirect_uri: redirectUri,
        scope: ['openid', ...scopes].filter((scope, index, all) => all.indexOf(scope) === index).join(' '),
        state,
        nonce,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      refuseInsecure(url)
      return url.href
    },
    async identify(attempt, callback, browser) {
      const library = await import('openid-client')
      const config = await configuration(library)
      try {
        return await inTurn(browser, () => identityOf(library, config, { attempt, callback, groupsClaim }))
      } catch (error) {
        throw unidentified(settings.issuer, error)
      }
    },
  }
}

async function identityOf(
  library: Library,
  config: Configuration,
  { attempt, callback, groupsClaim }: { attempt: SignInAttempt; callback: URL; groupsClaim: string },
): Promise<Identity> {
  const { state, nonce, verifier } = attempt
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
  const tokens = await library.authorizationCodeGrant(config, callback, checks)
  const claims: Claims = { ...tokens.claims() }
  const subject = String(claims.sub)
  if (Object.hasOwn(claims, groupsClaim) || config.serverMetadata().userinfo_endpoint === undefined)
    return { subject, claims }
  // Many providers send an ID token with little in it, and tell the rest when asked.
  const further = await library.fetchUserInfo(config, tokens.access_token, subject)
  return { subject, claims: { ...further, ...claims } }
}

async function discover(library: Library, { settings, secret, fetch, deadlineMs }: ProviderOptions) {
  const { issuer, clientId, clientAuthentication } = settings
  const authentication =
    secret === null
      ? library.None()
      : clientAuthentication === 'client_secret_basic'
        ? library.ClientSecretBasic(secret)
        : library.ClientSecretPost(secret)
  // Over TLS the library does not check the signature of an ID token unless it is told to.
  const extensions = [library.enableNonRepudiationChecks]
  if (isLoopback(new URL(issuer).hostname)) extensions.push(library.allowInsecureRequests)
  const config = await library
    .discovery(new URL(issuer), clientId, {}, authentication, {
      [library.customFetch]: (address, init) => {
        refuseInsecure(new URL(address))
        const { body, ...rest } = init
        return fetch(address, { ...rest, ...(body != null && { body: String(body) }) } as RequestInit)
      },
      execute: extensions,
      timeout: deadlineMs / 1000,
    })
    .catch((error: unknown) => {
      throw undiscovered(issuer, error)
    })
  // The library takes an address for the people of all companies, which some providers have, and another issuer.
  const { issuer: named } = config.serverMetadata()
  if (named.replace(/\/$/, '') !== issuer.replace(/\/$/, '')) throw notThisProvider(issuer, named)
  return config
}

/** An address that the provider names may be on this machine, or is reached by TLS. */
function refuseInsecure(address: URL): void {
  const { protocol, hostname } = address
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) throw insecureAddress(address)
}
