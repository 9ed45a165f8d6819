import { z } from 'zod'
import type { Scope } from '../../../records/token-scopes.ts'
import type { Caller } from '../access/caller.ts'
import type { HttpAnswer, NodeExchange } from '../http/answer.ts'
import { parseJson, readBody } from '../http/body.ts'
import { Problem } from '../http/problem.ts'
import { validated } from '../http/validate.ts'
import type { Services } from '../services.ts'

/** A request that may go ahead: its token is good for the route. */
interface Admitted {
  request: Request
  params: Record<string, string>
  caller: Caller
  /** Of an open route: who asks, where a token says so. Asks the store. */
  recognised(): Promise<Caller>
  requestId: string
  /** The socket's side of it; absent where no server is between. */
  node: NodeExchange | undefined
}

/** The same with its parts checked. */
export interface Checked<P, Q, B> extends Omit<Admitted, 'params'> {
  params: P
  query: Q
  body: B
}

/** Headers by name, and what each says. */
type Headers = Readonly<Record<string, string>>

export interface AnswerSpec {
  description: string
  headers?: Headers
  /** Of the JSON body. */
  schema?: z.ZodType
  /** Other types that the body may have. */
  types?: readonly string[]
}

interface RouteFacts {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `{name}` for parameters. */
  path: string
  summary: string
  /** One of them is needed, `admin` has all; null: open to everybody. */
  scopes: readonly Scope[] | null
  /** An open route says more to those with a token: to them what? */
  saysMore?: string
  /** A repetition with the same `Idempotency-Key` finds what came of the first. */
  idempotent?: boolean
  /** Requests are many: they are logged only when they fail. */
  quiet?: boolean
  /** What the handler reads of the request's headers. */
  headers?: Headers
  /** What a body that the handler reads by itself should be. */
  describedBody?: z.ZodType
  answers: Record<number, AnswerSpec>
}

/** One operation: what it takes and answers is both checked and described by the same schemas. */
export interface Route extends RouteFacts {
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
>(spec: RouteSpec<P, Q, B>): Route {
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

/** Only what no form of a web page can send is read. */
async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new Problem({ status: 415, code: 'not-json', detail: 'Send the body as application/json.' })
  return parseJson(await readBody(request))
}
