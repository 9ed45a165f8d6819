import type { Admission } from '../access/admission.ts'
import type { Plane } from '../plane.ts'
import { jsonResponse, securityHeaders } from './answer.ts'
import type { NodeExchange } from './node-exchange.ts'
import { type Problem, problemDocument } from './problem.ts'
import { problemOf } from './problem-of.ts'
import type { Route } from './route.ts'

/** A request on its way to a route; no route: none has its path. */
export interface Exchange {
  request: Request
  params: Record<string, string>
  node: NodeExchange | undefined
}

/** Admits a request, lets its route handle it, and answers; every fault becomes a problem document. */
export async function dispatch(
  route: Route,
  { request, params, node }: Exchange,
  plane: Plane,
  admission: Admission,
): Promise<Response> {
  const requestId = Buffer.from(plane.randomBytes(8)).toString('hex')
  const began = plane.clock.now()
  const said = await respond()
  const { method, path } = route
  plane.metrics.count('http_requests_total', 'Requests by their answer.', { method, path, status: `${said.status}` })
  if (node === undefined || !node.outgoing.headersSent)
    plane.metrics.time('http_request_seconds', 'Time until the answer.', { method, path }, seconds(began))
  if (!route.quiet || said.status >= 400)
    plane.log(levelOf(said.status), `${method} ${path}`, {
      requestId,
      status: said.status,
      ms: Math.round(seconds(began) * 1000),
      ...said.facts,
    })
  return said.response

  function seconds(since: number): number {
    return Math.max(0, plane.clock.now() - since) / 1000
  }

  async function respond(): Promise<{ response: Response; status: number; facts?: Record<string, unknown> }> {
    try {
      const caller = await admission.admit(request, route.scopes)
      const answer = await route.handle({ request, params, caller, requestId, node }, plane)
      const facts = { token: caller.name }
      if (answer instanceof Response) return { response: answer, status: answer.status, facts }
      const headers = { 'x-request-id': requestId, ...answer.headers }
      return { response: jsonResponse({ ...answer, headers }), status: answer.status, facts }
    } catch (error) {
      const problem = problemOf(error)
      return { response: problemResponse(problem, requestId), status: problem.details.status, facts: factsOf(problem) }
    }
  }
}

/** For requests that no route takes. */
export function problemResponse({ details, headers }: Problem, requestId: string): Response {
  return new Response(JSON.stringify(problemDocument(details, requestId)), {
    status: details.status,
    headers: { ...securityHeaders, 'content-type': 'application/problem+json', 'x-request-id': requestId, ...headers },
  })
}

function factsOf({ details, cause }: Problem): Record<string, unknown> {
  const { code } = details
  if (details.status < 500 || !(cause instanceof Error)) return { code }
  return { code, error: cause.message, ...(code === 'internal' && { stack: cause.stack }) }
}

function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warn' : 'info'
}
