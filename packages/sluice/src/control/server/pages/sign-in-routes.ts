import { z } from 'zod'
import { isLoopback } from '../../../loopback.ts'
import type { TokenRecord } from '../../../records/token.ts'
import { readers } from '../../../records/token-scopes.ts'
import { localAddress } from '../../pages/addresses.ts'
import { signedInPage, signInPage } from '../../pages/sign-in.ts'
import { expiryTime } from '../../store/store-clock.ts'
import { callerOf, hasScope } from '../access/caller.ts'
import { changeToken } from '../access/change-token.ts'
import { refuseOtherOrigin } from '../access/csrf.ts'
import { withoutSessions } from '../access/sessions.ts'
import { isValid } from '../access/token-directory.ts'
import { tokenHash } from '../access/token-secret.ts'
import { notFound, Problem } from '../http/problem.ts'
import { originOf } from '../outcomes/report-origin.ts'
import type { Services } from '../services.ts'
import { pageResponse } from './page-response.ts'
import { defineAct, defineOpen, formOf, seeOther } from './page-route.ts'
import type { PageVisit } from './page-visit.ts'

export type OpenVisit = Omit<PageVisit, 'params'>

export const showSignIn = defineOpen({
  method: 'GET',
  path: '/sign-in',
  quiet: true,
  async respond(visit, services) {
    const { searchParams } = new URL(visit.request.url)
    const next = localAddress(searchParams.get('next') ?? undefined)
    const hasEnded = searchParams.has('ended')
    // Open pages hear of the end of their session a moment before requests do, and would be sent back at once.
    if (visit.session && (!hasEnded || (await services.sessions.ended([visit.session])).size === 0))
      return seeOther(next)
    return signInResponse(visit, services, { next, hasEnded })
  },
})

const signInForm = z.object({ token: z.string().default(''), next: z.string().optional() })

export const signIn = defineOpen({
  method: 'POST',
  path: '/sign-in',
  async respond(visit, services) {
    const { request, node } = visit
    const { signInLimit, clock, log } = services
    refuseOtherOrigin(request, services.settings.publicUrl)
    const address = originOf(request, node, services.hashUnit).address ?? 'unknown'
    const { token, next: wanted } = signInForm.parse(await formOf(request))
    const next = localAddress(wanted)
    const record = await validToken(services, token.trim())
    // Whoever has a token is let in, whatever others try: behind a proxy all have one address. The API tells a guess as
    // well.
    if (!record) {
      refuseManyFailures(services, address)
      signInLimit.take(address, clock.now())
      log('warn', 'sign-in refused: no such token', { address })
      return signInResponse(visit, services, { next, fault: unknownToken, status: 401 })
    }
    if (!hasScope(callerOf(record, services.environments), readers))
      return signInResponse(visit, services, { next, fault: machineToken(record), status: 403 })
    log('info', 'signed in', { token: record.name, address })
    return seeOther(next, { 'set-cookie': services.sessions.begin(record) })
  },
})

/** Signs in whoever comes first. What only looks ahead, e.g. for a preview, must not use it up. */
export const signInByLink = defineOpen({
  method: 'GET',
  path: '/sign-in/link/{link}',
  params: z.object({ link: z.string().max(200) }),
  quiet: true,
  hasSecret: true,
  async respond(visit, services) {
    const { request, params, session } = visit
    const { settings, store, clock, sessions, log } = services
    if (settings.signInLink === null) throw notFound('There is no page at this address.')
    if (session) return seeOther('/')
    const isPrefetch = request.method !== 'GET' || request.headers.has('sec-purpose')
    const id = isPrefetch ? undefined : settings.signInLink.take(params.link)
    const record = id === undefined ? undefined : await store.tokenById(id)
    if (!record || !isValid(record, expiryTime(store, clock)))
      return signInResponse(visit, services, { next: '/', fault: usedLink, status: 403 })
    log('info', 'signed in by the link', { token: record.name })
    const page = { ...signedInPage({ name: record.name, next: '/' }), at: clock.now() }
    const response = await pageResponse(page, { ...visit, session: undefined }, { settings })
    response.headers.set('set-cookie', sessions.begin(record))
    // No redirect: coming from another site, e.g. a terminal in the browser, its cookie would not be sent yet.
    response.headers.set('refresh', '0; url=/')
    return response
  },
})

const usedLink =
  'This link worked once, for ten minutes, and has ended. Sign in with the token below it in the terminal.'

const unknownToken =
  'This token is unknown, expired or revoked. Check that you have copied all of it; sluice token list shows which there are.'

function machineToken({ name, scopes }: TokenRecord): string {
  return `The token "${name}" is for machines (${scopes.join(', ')}). Sign in with one of the scope viewer, operator, approver or admin.`
}

/** @throws Problem 429 if too many attempts have failed from this address, as `originOf` names it */
function refuseManyFailures({ signInLimit, clock }: Services, address: string): void {
  const seconds = signInLimit.wait(address, clock.now())
  if (seconds <= 0) return
  const left = Math.max(1, Math.ceil(seconds))
  const detail = `Too many attempts have failed from this address: try again in ${left} s. A valid token is accepted at once.`
  throw new Problem({ status: 429, code: 'too-many-sign-ins', detail }, { headers: { 'retry-after': String(left) } })
}

/** Read from the store itself, so that a session never begins with what another replica has changed since. */
async function validToken({ store, clock }: Services, secret: string): Promise<TokenRecord | undefined> {
  const record = secret === '' ? undefined : await store.tokenByHash(tokenHash(secret))
  return record && isValid(record, expiryTime(store, clock)) ? record : undefined
}

export async function signInResponse(
  visit: OpenVisit,
  { clock, settings, oidc }: Services,
  {
    next,
    fault,
    hasEnded = false,
    status = 200,
  }: { next: string; fault?: string; hasEnded?: boolean; status?: number },
): Promise<Response> {
  const { hostname } = new URL(visit.request.url)
  const isOpen = settings.publicUrl?.startsWith('https:') !== true && !isLoopback(hostname)
  const provider = oidc && { name: new URL(oidc.settings.issuer).host, base: settings.publicUrl ?? '' }
  const page = { ...signInPage({ next, fault, hasEnded, isOpen, provider }), status, at: clock.now() }
  return pageResponse(page, { ...visit, session: undefined }, { settings })
}

export const signOut = defineAct({
  path: '/sign-out',
  standsAlone: true,
  scopes: readers,
  form: z.object({ everywhere: z.literal('yes').optional() }),
  async act({ form, session, caller }, { store, clock, sessions }) {
    const { id } = session.record
    const act = { action: 'token.end-sessions', at: clock.now(), caller } as const
    if (form.everywhere) await changeToken(store, id, (stored) => stored && withoutSessions(stored), act)
    return { to: '/sign-in', headers: { 'set-cookie': sessions.end } }
  },
})
