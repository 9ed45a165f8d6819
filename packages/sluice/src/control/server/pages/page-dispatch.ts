import { signInAddress } from '../../pages/addresses.ts'
import { faultPage } from '../../pages/fault.ts'
import type { Admission } from '../access/admission.ts'
import { anonymous } from '../access/caller.ts'
import { refuseOtherOrigin } from '../access/csrf.ts'
import type { Session } from '../access/sessions.ts'
import { requireRecentRead } from '../freshness.ts'
import { type Problem, problemOf } from '../http/problem.ts'
import { pageHeaders } from '../http/security-headers.ts'
import { withKeys } from '../route/addressed.ts'
import { type Exchange, factsOf, noteRequest } from '../route/dispatch.ts'
import type { Services } from '../services.ts'
import { stopwatch } from '../timers.ts'
import { pageResponse } from './page-response.ts'
import { formOf, type PageRoute, seeOther } from './page-route.ts'
import { FailedForm, unsentForm } from './unsent-form.ts'

/** Lets whoever has signed in see a page, and asks all others to sign in. Every error becomes a page. */
export async function dispatchPage(
  route: PageRoute,
  exchange: Exchange,
  services: Services,
  admission: Admission,
): Promise<Response> {
  const requestId = newRequestId(services)
  const passed = stopwatch(services.clock)
  const facts: Record<string, unknown> = { ...(!route.hasSecret && exchange.params), requestId }
  const response = await respond(route, exchange, { requestId, services, admission, facts })
  noteRequest(services, route, { status: response.status, ms: passed(), facts })
  return response
}

async function respond(
  route: PageRoute,
  { request, params: given, node }: Exchange,
  {
    requestId,
    services,
    admission,
    facts,
  }: { requestId: string; services: Services; admission: Admission; facts: Record<string, unknown> },
): Promise<Response> {
  let session: Session | undefined
  try {
    session = await services.sessions.find(request)
    if (route.scopes === null)
      return await route.respond({ request, params: given, requestId, node, session, caller: anonymous }, services)
    if (!session) return await signInFirst({ request, requestId, session }, services)
    const caller = admission.admitSession(session, route.scopes)
    facts.token = caller.name
    if (route.method === 'GET' && !route.standsAlone) await requireRecentRead(services)
    const params = withKeys(given, services.environments, caller)
    return await route.respond({ request, params, requestId, node, session, caller }, services)
  } catch (error) {
    const problem = problemOf(error)
    Object.assign(facts, factsOf(problem))
    return faultResponse(problem, { request, requestId, session }, services)
  }
}

/** A script that asks anew for the page that it is on is told so plainly; a person goes to the form. */
async function signInFirst(
  visit: { request: Request; requestId: string; session: undefined },
  services: Services,
): Promise<Response> {
  const { request } = visit
  if (request.headers.has('sluice-part')) return new Response(null, { status: 401, headers: pageHeaders })
  if (request.method === 'POST') {
    refuseOtherOrigin(request, services.settings.publicUrl)
    const page = unsentForm(request, { fields: await formOf(request), why: 'ended' })
    return pageResponse({ ...page, status: 401, at: services.clock.now() }, visit, services)
  }
  const { pathname, search } = new URL(request.url)
  return seeOther(signInAddress({ next: `${pathname}${search}`, hasEnded: services.sessions.isNamedIn(request) }))
}

/** The page about an address where there is nothing, or where the request failed. */
async function faultResponse(
  problem: Problem,
  { request, requestId, session }: { request: Request; requestId: string; session: Session | undefined },
  { clock, settings }: Pick<Services, 'clock' | 'settings'>,
): Promise<Response> {
  const { details, headers } = problem
  const { status, detail } = details
  const content = problem instanceof FailedForm ? problem.page : faultPage({ status, detail, requestId })
  const page = { ...content, status, at: clock.now() }
  const response = await pageResponse(page, { request, session, requestId }, { settings })
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

/** Whether an address without a route should answer with a page: a browser asks for it, and it is none of the API's. */
export function wantsPage(request: Request): boolean {
  const { pathname } = new URL(request.url)
  return (request.headers.get('accept') ?? '').includes('text/html') && !/^\/(v1|ofrep)(\/|$)/.test(pathname)
}

/** The page for an address without a route. It says nothing of who has signed in. */
export async function missingPage(problem: Problem, request: Request, services: Services): Promise<Response> {
  return faultResponse(problem, { request, requestId: newRequestId(services), session: undefined }, services)
}

function newRequestId({ randomBytes }: Services): string {
  return Buffer.from(randomBytes(8)).toString('hex')
}
