import { type Clock, elapsed, type Moment, momentOf } from './clock.ts'

/** How the parts of the client reach the control plane. */
export interface Connection {
  clock: Clock
  /** [0, 1) */
  random: () => number
  /** No answer is waited for any longer, by `elapsed`. */
  until: number
  /** A path of the API, with the token; what fetch throws is the caller's to handle. */
  request(path: string, init?: RequestInit): Promise<Reply>
}

/** The beginning of an answer. */
export interface Reply {
  response: Response
  /**
   * The store was read then, or later, for this answer. Undefined where that is not proven: what comes out of a cache
   * cannot repeat the request's nonce.
   */
  readAt: Moment | undefined
}

export interface ConnectionOptions {
  url: string
  token?: string | undefined
  /** Random, the time that a canary is trusted without word (ms), and the instance's name: so that it is counted before it is given anything. */
  process?: string
  fetch: typeof globalThis.fetch
  clock: Clock
  random: () => number
}

export function createConnection({ url, token, process, fetch, clock, random }: ConnectionOptions): Connection {
  const base = url.replace(/\/+$/, '')
  // Some edge runtimes have no such option and throw where it is given.
  const uncached: RequestInit = 'cache' in Request.prototype ? { cache: 'no-store' } : {}
  return {
    clock,
    random,
    until: Number.POSITIVE_INFINITY,
    async request(path, init = {}) {
      const asked = momentOf(clock)
      const nonce = `${asked.now.toString(36)}-${random().toString(36).slice(2)}`
      const headers = new Headers(init.headers)
      headers.set('sluice-nonce', nonce)
      if (process) headers.set('sluice-instance', process)
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      const response = await fetch(base + path, { ...init, ...uncached, headers, redirect: 'manual' })
      return { response, readAt: provenRead(response.headers, nonce, asked) }
    },
  }
}

/** By this client's clocks: counted back from when it asked, since the answer may have been on its way for long. */
function provenRead(headers: Headers, nonce: string, asked: Moment): Moment | undefined {
  const age = headers.get('sluice-read-age') ?? ''
  if (headers.get('sluice-nonce') !== nonce || !/^\d+$/.test(age)) return undefined
  return { now: asked.now - Number(age), steady: asked.steady - Number(age) }
}

/** An answer whose body has arrived. */
export interface Answer {
  status: number
  headers: Headers
  /** Undefined where the body is no JSON. */
  body: unknown
  readAt: Moment | undefined
}

const mostMs = 10_000
/** Far above any snapshot. */
const mostCharacters = 64 * 1_048_576

/** Asks and reads the whole answer within ten seconds. @throws whatever fetch throws */
export async function ask(connection: Connection, path: string, init: RequestInit = {}): Promise<Answer> {
  const { request, clock, until } = connection
  const timeoutMs = Math.min(mostMs, Math.max(1, until - elapsed(clock)))
  const abort = new AbortController()
  const timer = clock.setTimer(() => abort.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    const { response, readAt } = await request(path, { ...init, signal: abort.signal })
    const { status, headers } = response
    return { status, headers, body: await jsonOf(response), readAt }
  } finally {
    clock.clearTimer(timer)
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  const reader = response.body?.getReader()
  try {
    return isJson && reader ? JSON.parse(await textOf(reader)) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  } finally {
    void reader?.cancel().catch(() => undefined)
  }
}

async function textOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true })
    if (text.length > mostCharacters) throw new Error(`an answer of more than ${mostCharacters} characters`)
  }
  return text
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
