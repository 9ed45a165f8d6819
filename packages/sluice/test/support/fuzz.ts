import fc from 'fast-check'
import { anyCharacter } from './any-character.ts'
import { told } from './control-plane/control-plane.ts'
import { type Schema, strange, valuesOf } from './schema-values.ts'

/** The parts of an OpenAPI document that requests are made of. */
export interface Contract {
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  parameters: { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: Schema }[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
}

interface FuzzRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string | undefined
}

export interface FuzzOptions {
  requests: number
  seed: number
  token: string
  /** Names that exist, so that not every request ends at a 404; by the parameter's name. */
  known: Record<string, readonly string[]>
  send(path: string, init: RequestInit): Promise<Response>
}

/** Sends requests made from the contract; returns how often each status was answered. Fails at a fault of the server. */
export async function fuzz(contract: Contract, options: FuzzOptions): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  const requests = fc.oneof(...operations(contract, options.known))
  const property = fc.asyncProperty(requests, async (request) => {
    const status = await sent(request, options)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  })
  await fc.assert(property, { numRuns: options.requests, seed: options.seed, endOnFailure: true })
  return statuses
}

async function sent({ method, path, headers, body }: FuzzRequest, { token, send }: FuzzOptions): Promise<number> {
  const signal = AbortSignal.timeout(20_000)
  const authorization = { authorization: `Bearer ${token}` }
  const init = { method, headers: { ...authorization, ...headers }, signal, ...(body !== undefined && { body }) }
  const response = await send(path, init)
  if (response.headers.get('content-type') === 'text/event-stream') {
    await response.body?.cancel()
    return response.status
  }
  const address = new URL(path, 'http://localhost').pathname
  const { status, body: said } = await told(method, address, response)
  if (status >= 500) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`)
  return status
}

function operations(contract: Contract, known: FuzzOptions['known']): fc.Arbitrary<FuzzRequest>[] {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestOf(method.toUpperCase(), path, operation, known)),
  )
}

function requestOf(
  method: string,
  path: string,
  { parameters, requestBody }: Operation,
  known: FuzzOptions['known'],
): fc.Arbitrary<FuzzRequest> {
  const values = fc.record(
    Object.fromEntries(parameters.map(({ name, schema }) => [name, parameterValue(schema, known[name])])),
  )
  const body = requestBody ? bodyText(requestBody.content['application/json'].schema) : fc.constant(undefined)
  return fc.tuple(values, body).map(([values, body]) => {
    const of = (place: string) =>
      parameters.filter((each) => each.in === place).map(({ name }) => [name, values[name] ?? ''] as const)
    const filled = of('path').reduce(
      (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
      path,
    )
    const query = new URLSearchParams(of('query').map(([name, value]) => [name, value])).toString()
    return {
      method,
      path: query === '' ? filled : `${filled}?${query}`,
      headers: {
        ...Object.fromEntries(of('header')),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body,
    }
  })
}

function parameterValue(schema: Schema, known: readonly string[] = []): fc.Arbitrary<string> {
  const visible = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.~!'), minLength: 1, maxLength: 20 })
  const made = valuesOf(schema).map(
    (value) =>
      String(value)
        .toWellFormed()
        .replaceAll(/[^\x20-\x7e]/g, '') || 'x',
  )
  return known.length === 0
    ? fc.oneof(made, visible)
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, made, visible)
}

/** JSON mostly; sometimes of another shape, cut off, or not JSON at all. */
function bodyText(schema: Schema): fc.Arbitrary<string> {
  const json = valuesOf(schema).map((value) => patient(JSON.stringify(value) ?? 'null'))
  const cut = fc.tuple(json, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)))
  return fc.oneof(
    { weight: 20, arbitrary: json },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: fc.string({ unit: anyCharacter }) },
    { weight: 1, arbitrary: strange.map((value) => JSON.stringify(value) ?? '') },
  )
}

/** The server may be told to wait for instances that never come: not for long here. */
function patient(json: string): string {
  return json.replaceAll(/"waitMs":\d{2,}/g, '"waitMs":50')
}
