import type { Admission } from '../access/admission.ts'
import { requireRecentRead } from '../freshness.ts'
import { jsonResponse, type NodeExchange } from '../http/answer.ts'
import { type Problem, problemDocument, problemOf } from '../http/problem.ts'
import { securityHeaders } from '../http/security-headers.ts'
import type { Services } from '../services.ts'
import { stopwatch } from '../timers.ts'
import { withKeys } from './addressed.ts'
import type { HttpRoute } from './route.ts'

/** A request before it is handled. */
export interface Exchange {
  request: Request
  params: Record<string, string>
  node: NodeExchange | undefined
}

/** The response to a request, with facts for the log. */
interface Handled {
  response: Response
  status: number
  facts: Record<string, unknown>
}

/** Admits a request, lets its route handle it, and answers. Every error becomes a problem document. */
export async function dispatch(
  route: HttpRoute,
  exchange: Exchange,
  services: Services,
  admission: Admission,
): Promise<Response> {
  const requestId = Buffer.from(services.randomBytes(8)).toString('hex')
  const passed = stopwatch(services.clock)
  const { response, status, facts } = await respond(route, exchange, { requestId, services, admission })
  noteRequest(services, route, { status, ms: passed(), facts: { ...exchange.params, requestId, ...facts } })
  return response
}

/** Counts a request, and logs it. */
export function noteRequest(
  { metrics, log }: Pick<Services, 'metrics' | 'log'>,
  { method, path, quiet }: Pick<HttpRoute, 'method' | 'path' | 'quiet'>,
  { status, ms, facts }: { status: number; ms: number; facts: Record<string, unknown> },
): void {
  const rounded = Math.round(ms)
  metrics.count('http_requests_total', 'Requests by their answer.', { method, path, status: `${status}` })
  metrics.time('http_request_seconds', 'Time until the answer.', { method, path }, rounded / 1000)
  if (quiet && status < 400) return
  const { requestId, ...more } = facts
  log(levelOf(status), `${method} ${path}`, { ...more, requestId, status, ms: rounded })
}

async function respond(
  route: HttpRoute,
  { request, params: given, node }: Exchange,
  { requestId, services, admission }: { requestId: string; services: Services; admission: Admission },
): Promise<Handled> {
  try {
    const caller = await admission.admit(request, route.scopes)
    if (route.method === 'GET' && route.scopes !== null && !route.standsAlone) await requireRecentRead(services)
    const params = withKeys(given, services.environments, caller)
    const recognised = () => admission.recognise(request)
    const answer = await route.handle({ request, params, caller, recognised, requestId, node }, services)
    const facts = { token: caller.name }
    if (answer instanceof Response) return { response: answer, status: answer.status, facts }
    const headers = { 'x-request-id': requestId, ...answer.headers }
    return { response: jsonResponse({ ...answer, headers }), status: answer.status, facts }
  } catch (error) {
    const problem = problemOf(error)
    return { response: problemResponse(problem, requestId), status: problem.details.status, facts: factsOf(problem) }
  }
}

/** The response for a problem document. */
export function problemResponse({ details, headers }: Problem, requestId: string): Response {
  return new Response(JSON.stringify(problemDocument(details, requestId)), {
    status: details.status,
    headers: { ...securityHeaders, 'content-type': 'application/problem+json', 'x-request-id': requestId, ...headers },
  })
}

/** What the log says of a refusal or a failure. */
export function factsOf({ details, cause }: Problem): Record<string, unknown> {
  const { code } = details
  if (details.status < 500 || !(cause instanceof Error)) return { code }
  return { code, error: cause.message, ...(code === 'internal' && { stack: cause.stack }) }
}

function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warn' : 'info'
}
