import { z } from 'zod'
import { problemSchema } from '../../../records/problem.ts'
import type { AnswerSpec, HttpRoute } from './route.ts'

type Json = Record<string, unknown>

/** The OpenAPI document of all routes, made from the schemas that check their requests. */
export function openApi(routes: readonly HttpRoute[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = paths[route.path] ?? {}
    path[route.method.toLowerCase()] = operation(route)
    paths[route.path] = path
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice control plane',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  }
}

function operation(route: HttpRoute): Json {
  const body = route.body ?? route.describedBody
  const scopes = route.scopes && [...new Set([...route.scopes, 'admin'])]
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, next) => next.toUpperCase())}`,
    summary: route.summary,
    ...(scopes && { description: `Needs a token with the scope ${scopes.join(' or ')}.` }),
    ...(route.saysMore !== undefined && { description: `Needs no token. ${route.saysMore}` }),
    security: scopes ? [{ token: [] }] : route.saysMore === undefined ? [] : [{}, { token: [] }],
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query'), ...headers(route)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } },
    }),
    responses: responses(route),
  }
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as { properties?: Json; required?: string[] }
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: of,
  }))
}

function headers({ idempotent, headers = {} }: HttpRoute): Json[] {
  const described = Object.entries(headers).map(([name, description]) => {
    return { name, in: 'header', required: false, description, schema: { type: 'string', pattern: '^[\\x20-\\x7e]*$' } }
  })
  if (!idempotent) return described
  const schema = { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' }
  return [...described, { name: 'Idempotency-Key', in: 'header', required: false, schema }]
}

const replayed = { 'Idempotency-Replayed': '"true" if an earlier request with the same Idempotency-Key was answered.' }

function responses({ answers, idempotent }: HttpRoute): Json {
  const named = Object.entries(answers).map(([status, answer]) => {
    return [status, response(idempotent ? { ...answer, headers: { ...answer.headers, ...replayed } } : answer)]
  })
  const problem = {
    description: 'What went wrong.',
    content: { 'application/problem+json': { schema: problemReference } },
  }
  return { ...Object.fromEntries(named), default: problem }
}

const problemReference = { $ref: '#/components/schemas/Problem' }

function response({ description, headers = {}, schema, types = [] }: AnswerSpec): Json {
  const json = schema ? [['application/json', { schema: jsonSchema(schema, 'output') }] as const] : []
  const others = types.map((type) => [type, { schema: { type: 'string' } }] as const)
  const content = Object.fromEntries([...json, ...others])
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ])
  return {
    description,
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
    ...(json.length + others.length > 0 && { content }),
  }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
