import { type Clock, elapsed, type Moment, momentOf, type Timer } from './clock.ts'
import { messageOf } from './diagnostic.ts'

/** How the parts of the client reach the control plane. */
export interface Connection {
  clock: Clock
  /** [0, 1) */
  random: () => number
  /** No answer is waited for any longer, by `elapsed`. */
  until: number
  /** A path of the API, with the token; what fetch throws is the caller's to handle. */
  request(path: string, init: RequestInit): Promise<Reply>
}

/** The beginning of an answer. */
interface Reply {
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
  process: string
  fetch: typeof globalThis.fetch
  clock: Clock
  random: () => number
}

export function createConnection({ url, token, process, fetch, clock, random }: ConnectionOptions): Connection {
  const base = url.trim().replace(/\/+$/, '')
  return {
    clock,
    random,
    until: Number.POSITIVE_INFINITY,
    async request(path, init) {
      const asked = momentOf(clock)
      const nonce = `${asked.now.toString(36)}-${random().toString(36).slice(2)}`
      const headers = new Headers(init.headers)
      headers.set('sluice-nonce', nonce)
      headers.set('sluice-instance', process)
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
      const response = await fetch(base + path, {
        ...init,
        // Some edge runtimes have no such option and throw where it is given.
        ...('cache' in Request.prototype && { cache: 'no-store' }),
        headers,
        redirect: 'manual',
      })
      const age = response.headers.get('sluice-read-age') ?? ''
      const proven = response.headers.get('sluice-nonce') === nonce && /^\d+$/.test(age)
      // By this client's clocks: counted back from when it asked, since the answer may have been on its way for long.
      const readAt = proven ? { now: asked.now - Number(age), steady: asked.steady - Number(age) } : undefined
      return { response, readAt }
    },
  }
}

/** No answer, or one that breaks off, or that cannot be used: perhaps a proxy keeps it from arriving. */
export class UnusableAnswer extends Error {
  /** What was answered instead. */
  readonly response: Response | undefined

  constructor(message: string, response?: Response) {
    super(message)
    this.response = response
  }
}

/** An answer as it arrives. */
export interface Arriving extends Reply {
  pieces: AsyncIterable<string>
  /** Begins the time anew after which silence counts as the end. */
  heard(): void
}

/**
 * Asks, and has `read` read the answer: all of it within `ms`, unless it says that something was heard, and until `stop` is aborted.
 * @throws whatever fetch throws, UnusableAnswer
 */
export async function exchange<T>(
  { clock, request }: Connection,
  path: string,
  { ms, stop, ...init }: RequestInit & { ms: number; stop?: AbortSignal },
  read: (arriving: Arriving) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const { signal } = abort
  const end = () => abort.abort(stop?.reason)
  let timer: Timer
  const heard = () => {
    clock.clearTimer(timer)
    timer = clock.setTimer(() => abort.abort(new UnusableAnswer(`nothing was heard for ${ms} ms`)), ms)
  }
  stop?.addEventListener('abort', end)
  heard()
  try {
    const reply = await request(path, { ...init, signal })
    return await read({ ...reply, pieces: piecesOf(reply.response, signal), heard })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    clock.clearTimer(timer)
    stop?.removeEventListener('abort', end)
    // With a reason: without one an error with its stack is made for nobody.
    abort.abort('over')
  }
}

async function* piecesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<string> {
  const reader = body?.getReader()
  const cancel = () => void reader?.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', cancel)
  const decoder = new TextDecoder()
  for (;;) {
    const part = await reader?.read().catch(brokenOff)
    signal.throwIfAborted()
    if (!part || part.done) return
    yield decoder.decode(part.value, { stream: true })
  }
}

function brokenOff(cause: unknown): never {
  throw new UnusableAnswer(`the answer broke off: ${messageOf(cause)}`)
}

/** An answer whose body has arrived. */
export interface Answer {
  status: number
  headers: Headers
  /** Undefined where the body is no JSON. */
  body: unknown
  readAt: Moment | undefined
}

/** Of an answer, or of one event in a stream: far above any snapshot. */
export const mostCharacters = 64 * 1_048_576

/** Asks and reads the whole answer within ten seconds. @throws whatever fetch throws, UnusableAnswer */
export function ask(connection: Connection, path: string, init: RequestInit): Promise<Answer> {
  const ms = Math.min(10_000, Math.max(1, connection.until - elapsed(connection.clock)))
  return exchange(connection, path, { ...init, ms }, async ({ response, readAt, pieces }) => {
    const { status, headers } = response
    let text = ''
    if (/[/+]json\b/.test(headers.get('content-type') ?? ''))
      for await (const piece of pieces) {
        text += piece
        if (text.length > mostCharacters) throw new UnusableAnswer('the answer is too long')
      }
    return { status, headers, body: parsed(text), readAt }
  })
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Asks with a body of JSON. */
export function post(connection: Connection, path: string, body: string): Promise<Answer> {
  return ask(connection, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
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
