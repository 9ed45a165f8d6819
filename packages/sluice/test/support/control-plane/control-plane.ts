import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { PromptVersion } from '@sluice/client'
import { changeToken } from '../../../src/control/server/access/change-token.ts'
import { tokenHash } from '../../../src/control/server/access/token-secret.ts'
import {
  type ControlPlane,
  type ControlPlaneOptions,
  createControlPlane,
} from '../../../src/control/server/control-plane.ts'
import { createLog } from '../../../src/control/server/log.ts'
import type { HttpRoute } from '../../../src/control/server/route/route.ts'
import { routes } from '../../../src/control/server/routes.ts'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { versionId } from '../../../src/core/suite/prompt/version.ts'
import { problemSchema } from '../../../src/records/problem.ts'
import type { TokenRecord } from '../../../src/records/token.ts'
import { type Scope, scopes } from '../../../src/records/token-scopes.ts'
import { type ManualClock, manualClock } from '../manual-clock.ts'

export interface Told {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are of many kinds, each checked against the contract
  body: any
  headers: Headers
}

export interface Question {
  /** A token, or the scope of one of the standard tokens. */
  as?: string
  body?: unknown
  headers?: Record<string, string>
}

/** A control plane in this process, with one token for each scope, whose answers are all held against its contract. */
export interface TestPlane extends AsyncDisposable {
  plane: ControlPlane
  store: Store
  clock: ManualClock
  /** Lets time pass, with the looks at the store that it brings. */
  pass(ms: number): Promise<void>
  logged(): string
  ask(methodAndPath: string, question?: Question): Promise<Told>
  request(methodAndPath: string, question?: Question): Request
  token(name: string, limits: Partial<TokenRecord>): Promise<string>
  publish(feature: string, text: string, options?: { verdict?: string | null }): Promise<string>
}

/** The standard token of a scope. */
export const tokenOf = (scope: string) => `token-of-scope-${scope}`

export async function testPlane({
  manual: clock = manualClock(),
  ...options
}: Partial<ControlPlaneOptions> & {
  /** The clock of another plane, which they then share. */
  manual?: ManualClock
} = {}): Promise<TestPlane> {
  const store = options.store ?? memoryStore()
  let logged = ''
  const write = (line: string) => {
    logged += line
  }
  const log = createLog(write, clock.now, 'debug')
  const token = (name: string, limits: Partial<TokenRecord>) => addToken(store, clock.now(), name, limits)
  for (const scope of scopes)
    if (!(await store.tokenById(`id-${tokenOf(scope)}`))) await token(tokenOf(scope), { scopes: [scope] })
  const plane = await createControlPlane({ store, clock, randomBytes, log, threadLoad: null, ...options })
  const test: TestPlane = {
    plane,
    store,
    clock,
    async pass(ms) {
      for (let left = ms; left > 0; left -= 1000) {
        clock.advance(Math.min(left, 1000))
        await setImmediate()
      }
    },
    logged: () => logged,
    request: toRequest,
    async ask(methodAndPath, question) {
      const request = toRequest(methodAndPath, question)
      const { method, url } = request
      return told(method, new URL(url).pathname, await plane.fetch(request))
    },
    token,
    async publish(feature, text, { verdict = 'pass' } = {}) {
      const content = promptVersion(text)
      const body = { content, report: verdict === null ? null : gateReport(feature, content.id, verdict) }
      const { status } = await test.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body })
      assert.ok(status === 201 || status === 200)
      return content.id
    },
    [Symbol.asyncDispose]: async () => plane.close(),
  }
  return test
}

async function addToken(store: Store, at: number, secret: string, limits: Partial<TokenRecord>): Promise<string> {
  const defaults = { scopes: ['client' as Scope], features: null, expiresAt: null, revokedAt: null, createdAt: at }
  const record = { id: `id-${secret}`, name: secret.slice(-12), hash: tokenHash(secret), ...defaults, ...limits }
  const act = { action: 'token.create', at, caller: { name: 'test', tokenId: null } } as const
  await changeToken(store, record.id, () => record, act)
  return secret
}

export function toRequest(methodAndPath: string, { as, body, headers }: Question = {}): Request {
  const [method = '', path = ''] = methodAndPath.split(' ')
  const token = as === undefined || !scopes.some((scope) => scope === as) ? as : tokenOf(as)
  return new Request(`http://localhost${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

/** The answer, which must be one that the contract knows. */
export async function told(method: string, path: string, response: Response): Promise<Told> {
  const { status, headers } = response
  const type = headers.get('content-type') ?? ''
  const text = await response.text()
  const body: unknown = /[/+]json$/.test(type) ? JSON.parse(text) : text
  const route = routeOf(method, path)
  const spec = route?.answers[status]
  if (type === 'application/problem+json') assert.equal(problemSchema.parse(body).status, status)
  else if (route) assert.ok(spec, `${method} ${path} answers ${status}, which the contract does not know: ${text}`)
  if (spec?.schema && type === 'application/json')
    assert.deepEqual(spec.schema.safeParse(body).error?.issues, undefined)
  return { status, body, headers }
}

export function routeOf(method: string, path: string): HttpRoute | undefined {
  return routes.find((route) => {
    const pattern = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return route.method === method && pattern.test(path)
  })
}

export function promptVersion(text: string): PromptVersion {
  const content = {
    messages: [{ role: 'user' as const, content: text }],
    model: 'openai:gpt-4.1-2025-04-14',
    parameters: {},
    format: { type: 'text' as const },
  }
  return { id: versionId(content), ...content, strict: true }
}

export function gateReport(feature: string, version: string, verdict = 'pass') {
  return {
    schema: 'sluice.report/1',
    runId: `run-of-${version}`,
    startedAt: '2026-11-24T08:00:00.000Z',
    sluiceVersion: '0.1.0',
    verdict,
    exitCode: verdict === 'pass' ? 0 : 1,
    features: [{ feature, verdict, strength: 'strong', candidate: { id: version }, cases: [{ id: 'a' }] }],
  }
}
