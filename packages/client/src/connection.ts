import { type Clock, elapsed, type Moment, momentOf, type Timer } from './clock.ts'
import { messageOf } from './diagnostic.ts'
import type { Settings } from './options.ts'
import { holds, type Shape } from './shape.ts'

/** How the parts of the client reach the control plane. */
export interface Connection {
  clock: Clock
  /** No answer is waited for any longer, by `elapsed`. */
  until: number
  /** A path of the API, with the token; what fetch throws is the caller's to handle. */
  request(path: string, init: Asking): Promise<Reply>
}

/** What is asked with; the headers are plain. */
export type Asking = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** The beginning of an answer. */
interface Reply {
  response: Response
  /**
   * The store was read then, or later, for this answer. Undefined where that is not proven: what comes out of a cache
   * cannot repeat the request's nonce.
   */
  readAt: Moment | undefined
}

/** The control plane counts this process by its header before it is given anything: a random name, for how long it trusts a canary, its own name. */
export function createConnection(settings: Settings, instance: string): Connection {
  const { url, token, maxStaleMs, clock, random, fetch = globalThis.fetch.bind(globalThis) } = settings
  const base = url.trim().replace(/\/+$/, '')
  const process = `${crypto.randomUUID()} ${Math.ceil(maxStaleMs)} ${encodeURIComponent(instance)}`
  return {
    clock,
    until: 1e15,
    async request(path, init) {
      const { now, steady } = momentOf(clock)
      const nonce = `${now}-${random()}`
      const response = await fetch(base + path, {
        ...init,
        // Some edge runtimes have no such option and throw where it is given.
        ...('cache' in Request.prototype && { cache: 'no-store' }),
        headers: {
          ...init.headers,
          'sluice-nonce': nonce,
          'sluice-instance': process,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        redirect: 'manual',
      })
      const { headers } = response
      const age = headers.get('sluice-read-age') ?? ''
      const proven = headers.get('sluice-nonce') === nonce && /^\d+$/.test(age)
      // By this client's clocks: counted back from when it asked, since the answer may have been on its way for long.
      return { response, readAt: proven ? { now: now - Number(age), steady: steady - Number(age) } : undefined }
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

/** What was answered in place of something usable, if anything was. */
export const responseOf = (error: unknown) => (error instanceof UnusableAnswer ? error.response : undefined)

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
  { ms, stop, ...init }: Asking & { ms: number; stop?: AbortSignal },
  read: (arriving: Arriving) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const { signal } = abort
  const end = () => abort.abort()
  let timer: Timer
  const heard = () => {
    clock.clearTimer(timer)
    timer = clock.setTimer(() => abort.abort(new UnusableAnswer(`silent for ${ms} ms`)), ms)
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
    const part = await reader?.read().catch((cause) => {
      throw new UnusableAnswer(`broken off: ${messageOf(cause)}`)
    })
    if (signal.aborted) throw signal.reason
    if (!part || part.done) return
    yield decoder.decode(part.value, { stream: true })
  }
}

/** An answer whose body has arrived. */
export interface Answer<T> {
  /** Undefined where it is no JSON. */
  body: T
  readAt: Moment | undefined
}

/** Of an answer, or of one event in a stream: far above any snapshot. */
export const mostCharacters = 64 * 1_048_576

/** Asks and reads the whole answer within ten seconds. @throws whatever fetch throws, UnusableAnswer where it is not `usable` */
export function ask<T>(
  connection: Connection,
  path: string,
  init: Asking,
  usable: (status: number, body: unknown) => boolean,
): Promise<Answer<T>> {
  const ms = Math.min(10_000, Math.max(1, connection.until - elapsed(connection.clock)))
  return exchange(connection, path, { ...init, ms }, async ({ response, readAt, pieces }) => {
    let text = ''
    if (/[/+]json\b/.test(response.headers.get('content-type') ?? ''))
      for await (const piece of pieces) {
        text += piece
        if (text.length > mostCharacters) throw new UnusableAnswer('too long')
      }
    const body = parsed(text)
    if (!usable(response.status, body)) throw refusal(response)
    return { body: body as T, readAt }
  })
}

export const refusal = (response: Response) =>
  new UnusableAnswer(`the control plane answered ${response.status}`, response)

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Asks with a body of JSON for one of this shape. */
export function post<T>(connection: Connection, path: string, body: string, shape: Shape): Promise<Answer<T>> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  return ask(connection, path, init, (status, answer) => status === 200 && holds(answer, shape))
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clock.clearTimer(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimer(done, ms)
    signal.addEventListener('abort', done)
  })
}
