import type { Clock } from './clock.ts'

/** How the parts of the client reach the control plane. */
export interface Connection {
  clock: Clock
  /** [0, 1) */
  random: () => number
  /** A path of the API, with the token; what fetch throws is the caller's to handle. */
  request(path: string, init?: RequestInit): Promise<Response>
}

export interface ConnectionOptions {
  url: string
  token?: string | undefined
  fetch: typeof globalThis.fetch
  clock: Clock
  random: () => number
}

export function createConnection({ url, token, fetch, clock, random }: ConnectionOptions): Connection {
  const base = url.replace(/\/+$/, '')
  return {
    clock,
    random,
    request(path, init = {}) {
      const headers = new Headers(init.headers)
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      return fetch(base + path, { ...init, headers, redirect: 'error' })
    },
  }
}

/** An answer whose body has arrived. */
export interface Answer {
  status: number
  headers: Headers
  /** Undefined where the body is no JSON. */
  body: unknown
}

const timeoutMs = 10_000

/** Asks and reads the whole answer within ten seconds. @throws whatever fetch throws */
export async function ask({ request, clock }: Connection, path: string, init: RequestInit = {}): Promise<Answer> {
  const abort = new AbortController()
  const timer = clock.setTimer(() => abort.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return await whole(await request(path, { ...init, signal: abort.signal }))
  } finally {
    clock.clearTimer(timer)
  }
}

async function whole(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: jsonOf(text) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Asks with a body of JSON. */
export function post(connection: Connection, path: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return ask(connection, path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal, options?: { keepAlive?: boolean }): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clock.clearTimer(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimer(done, ms, options)
    signal.addEventListener('abort', done)
  })
}
