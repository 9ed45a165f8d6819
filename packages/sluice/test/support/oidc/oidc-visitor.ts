import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ControlPlaneOptions } from '../../../src/control/server/control-plane.ts'
import type { NodeExchange } from '../../../src/control/server/http/answer.ts'
import { createLeanFetch } from '../../../src/core/providers/http/lean-fetch.ts'
import type { OidcSettings } from '../../../src/core/suite/config/oidc-settings.ts'
import { type TestPlane, testPlane } from '../control-plane/control-plane.ts'
import type { ManualClock } from '../manual-clock.ts'
import { clientSecret, type LocalProvider, oidcSettings } from './identity-provider.ts'

/** Where the control plane of `testPlane` says it is. */
const home = 'http://localhost'
export const oidcCallback = `${home}/sign-in/oidc/callback`

interface PlaneOptions extends Partial<Omit<ControlPlaneOptions, 'oidc'>> {
  manual?: ManualClock
  fetch?: typeof globalThis.fetch
  deadlineMs?: number
  secret?: string | null
  oidc?: Partial<OidcSettings>
}

/** A control plane whose people sign in at the provider. */
export function planeAt(provider: Pick<LocalProvider, 'issuer'>, options: PlaneOptions = {}): Promise<TestPlane> {
  const { fetch = createLeanFetch({ env: {} }), deadlineMs = 30_000, secret = clientSecret, oidc, ...rest } = options
  return testPlane({
    ...rest,
    oidc: { settings: oidcSettings(provider.issuer, oidc), secret, fetch, deadlineMs },
  })
}

/** Asks as a browser does, with these cookies. */
export function visit(
  plane: TestPlane,
  address: string | URL,
  cookie = '',
  connection?: NodeExchange,
): Promise<Response> {
  const request = new Request(new URL(address, home), { headers: { cookie, accept: 'text/html' } })
  return plane.plane.fetch(request, connection)
}

/** A connection of a browser, for as much as is asked of one. It is closed by `outgoing.emit('close')`. */
export function connectionFrom(remoteAddress: string): NodeExchange {
  return { incoming: { socket: { remoteAddress } }, outgoing: new EventEmitter() } as unknown as NodeExchange
}

/** The cookie of a response, as a browser sends it; empty if it was not set, or was removed. */
export function cookieIn(response: Response, name: string): string {
  const set = response.headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`))
  return set === undefined || set.includes('Max-Age=0') ? '' : (set.split(';', 1)[0] ?? '')
}

/** A sign-in until the provider sends the browser back. */
export interface Returning {
  /** What binds the attempt to the browser. */
  cookie: string
  back: URL
}

export async function goAndReturn(
  plane: TestPlane,
  provider: LocalProvider,
  login: string,
  next = '/',
): Promise<Returning> {
  const begun = await visit(plane, `/sign-in/oidc?${new URLSearchParams({ next })}`)
  assert.equal(begun.status, 303, await begun.text())
  const back = await provider.signIn(begun.headers.get('location') ?? '', login)
  return { cookie: cookieIn(begun, 'sluice_sign_in'), back }
}

/** A whole sign-in. */
export async function arrive(
  plane: TestPlane,
  provider: LocalProvider,
  login: string,
  next = '/',
): Promise<{ status: number; text: string; session: string; response: Response }> {
  const { back, cookie } = await goAndReturn(plane, provider, login, next)
  const response = await visit(plane, back, cookie)
  return {
    status: response.status,
    text: await response.text(),
    session: cookieIn(response, 'sluice_session'),
    response,
  }
}
