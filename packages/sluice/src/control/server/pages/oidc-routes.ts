import { isLoopback } from '../../../loopback.ts'
import { localAddress, oidcAddress, oidcCallback } from '../../pages/addresses.ts'
import { signedInPage } from '../../pages/sign-in.ts'
import { admitPerson } from '../access/people.ts'
import { isSameHash } from '../access/token-secret.ts'
import { notFound, Problem } from '../http/problem.ts'
import { originOf } from '../outcomes/report-origin.ts'
import type { OidcService, Services } from '../services.ts'
import { pageResponse } from './page-response.ts'
import { defineOpen, seeOther } from './page-route.ts'
import { type OpenVisit, signInResponse } from './sign-in-routes.ts'

/** Sends the browser to the identity provider. */
export const beginOidc = defineOpen({
  method: 'GET',
  path: oidcAddress,
  async respond(visit, services) {
    const { provider, attempts } = oidcOf(services)
    const next = localAddress(new URL(visit.request.url).searchParams.get('next') ?? undefined)
    try {
      const { attempt, cookie } = attempts.begin(next)
      const address = await provider.signInAddress(attempt, redirectUri(visit.request, services))
      return seeOther(address, { 'set-cookie': cookie })
    } catch (error) {
      return refusal(visit, services, { error, next })
    }
  },
})

/** Where the identity provider sends the browser back to. */
export const endOidc = defineOpen({
  method: 'GET',
  path: oidcCallback,
  async respond(visit, services) {
    const { request, node } = visit
    const { sessions, clock, log, store, settings, hashUnit } = services
    const { provider, attempts, settings: oidc } = oidcOf(services)
    const { search, searchParams } = new URL(request.url)
    const attempt = attempts.find(request)
    // Nobody is waited for who has not begun here: any page can send a browser to this address.
    if (!attempt || !isSameHash(attempt.state, searchParams.get('state') ?? ''))
      return signInResponse(visit, services, { next: '/', fault: notBegunHere, status: 400 })
    const { next } = attempt
    const address = originOf(request, node, hashUnit).address ?? 'unknown'
    let wasAsked = false
    const onTurn = () => {
      wasAsked = true
    }
    try {
      const callback = new URL(`${redirectUri(request, services)}${search}`)
      const identity = await provider.identify(attempt, callback, { address, gone: goneOf(visit), onTurn })
      const record = await admitPerson(identity, { store, settings, oidc, now: clock.now() })
      log('info', 'signed in', { token: record.name, person: record.id, address })
      const page = signedInPage({ name: record.name, next })
      const shown = { ...page, at: clock.now() }
      const response = await pageResponse(shown, { ...visit, session: undefined }, { settings })
      response.headers.append('set-cookie', sessions.begin(record))
      response.headers.append('set-cookie', attempts.end)
      // A redirect would count as that of the provider's site, with which browsers send no session along.
      response.headers.set('refresh', `0; url=${next}`)
      return response
    } catch (error) {
      const response = await refusal(visit, services, { error, next })
      // What the provider was not asked about can be sent again: the page need only be reloaded.
      if (!wasAsked) return response
      attempts.fail(attempt)
      response.headers.append('set-cookie', attempts.end)
      return response
    }
  },
})

/** Aborted once the browser has its answer, or has left. */
function goneOf({ node }: OpenVisit): AbortSignal {
  const gone = new AbortController()
  // Whoever left while the request was read is heard of no more.
  if (node?.outgoing.destroyed) gone.abort()
  node?.outgoing.once('close', () => gone.abort())
  return gone.signal
}

const notBegunHere =
  'This sign-in was not begun in this browser in the last ten minutes, or it has ended already. Begin again from this page.'

/** The form, with what went wrong: a token works whatever the provider does. Faults of the server are thrown on. */
async function refusal(
  visit: OpenVisit,
  services: Services,
  { error, next }: { error: unknown; next: string },
): Promise<Response> {
  if (!(error instanceof Problem)) throw error
  const { details, cause } = error
  const { status, code, detail = '' } = details
  services.log('warn', 'sign-in by the identity provider refused', { code, error: String(cause ?? detail) })
  return signInResponse(visit, services, { next, fault: detail, status })
}

function oidcOf({ oidc }: Services): OidcService {
  if (!oidc) throw notFound('There is no such page.')
  return oidc
}

/** The address as browsers see it. The header `Host` is only believed on this machine, where nobody else can set it. */
function redirectUri({ url }: Request, { settings }: Services): string {
  const { protocol, host, hostname } = new URL(url)
  if (settings.publicUrl !== null) return `${settings.publicUrl}${oidcCallback}`
  if (isLoopback(hostname)) return `${protocol}//${host}${oidcCallback}`
  const detail = 'Without --public-url the identity provider cannot send anybody back to this address.'
  throw new Problem({ status: 503, code: 'no-public-url', detail })
}
