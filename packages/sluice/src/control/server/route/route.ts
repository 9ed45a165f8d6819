import { z } from 'zod'
import type { Scope } from '../../../records/token-scopes.ts'
import type { Caller } from '../access/caller.ts'
import type { HttpAnswer, NodeExchange } from '../http/answer.ts'
import { parseJson, readBody } from '../http/body.ts'
import { Problem } from '../http/problem.ts'
import { validated } from '../http/validate.ts'
import type { Services } from '../services.ts'

/** A request whose token has a scope of the route. */
interface Admitted {
  request: Request
  params: Record<string, string>
  caller: Caller
  /** For open routes: who sends the request, if it has a valid token. Reads the store. */
  recognised(): Promise<Caller>
  requestId: string
  /** Node's view of the request; undefined without a server. */
  node: NodeExchange | undefined
}

/** An admitted request whose parts are checked by the schemas of the route. */
export interface Checked<P, Q, B> extends Omit<Admitted, 'params'> {
  params: P
  query: Q
  body: B
}

/** Descriptions of headers by their names. */
type Headers = Readonly<Record<string, string>>

export interface AnswerSpec {
  description: string
  headers?: Headers
  /** Schema of the JSON body. */
  schema?: z.ZodType
  /** Other types that the body may have. */
  types?: readonly string[]
}

interface RouteFacts {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Parameters are written as `{name}`. */
  path: string
  summary: string
  /** The token needs one of them, or `admin`; null: no token is needed. */
  scopes: readonly Scope[] | null
  /** Description of what an open route adds for callers with a token. */
  saysMore?: string
  /** A repeated request with the same `Idempotency-Key` gets the first answer. */
  idempotent?: boolean
  /** Requests are logged only if they fail, since there are many. */
  quiet?: boolean
  /** It is there although the store cannot be read: nothing in it is the present state, or it says itself how old. */
  standsAlone?: boolean
  /** The request headers that the handler reads. */
  headers?: Headers
  /** Describes the body if the handler reads it itself. */
  describedBody?: z.ZodType
  answers: Record<number, AnswerSpec>
}

/** One operation. The same schemas check its requests and describe them in the contract. */
export interface HttpRoute extends RouteFacts {
  params: z.ZodType
  query: z.ZodType
  body: z.ZodType | undefined
  handle(admitted: Admitted, services: Services): Promise<HttpAnswer | Response>
}

const nothing = z.object({})
type Nothing = typeof nothing

interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends RouteFacts {
  params?: P
  query?: Q
  body?: B
  handle(
    request: Checked<z.output<P>, z.output<Q>, z.output<B>>,
    services: Services,
  ): HttpAnswer | Response | Promise<HttpAnswer | Response>
}

export function defineRoute<
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
>(spec: RouteSpec<P, Q, B>): HttpRoute {
  return {
    ...spec,
    params: spec.params ?? nothing,
    query: spec.query ?? nothing,
    body: spec.body,
    async handle(admitted, services) {
      const params = validated(spec.params ?? nothing, admitted.params, 'path') as z.output<P>
      const search = Object.fromEntries(new URL(admitted.request.url).searchParams)
      const query = validated(spec.query ?? nothing, search, 'query') as z.output<Q>
      const body = (spec.body && validated(spec.body, await jsonBody(admitted.request), 'body')) as z.output<B>
      return spec.handle({ ...admitted, params, query, body }, services)
    },
  }
}

/** Reads only application/json, which an HTML form cannot send. */
async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new Problem({ status: 415, code: 'not-json', detail: 'Send the body as application/json.' })
  return parseJson(await readBody(request))
}
