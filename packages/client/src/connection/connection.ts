import { type Clock, elapsed, type Moment, momentOf, type Timer } from '../clock.ts'
import { messageOf } from '../diagnostic.ts'
import type { Settings } from '../options.ts'
import { hasShape, type Shape } from '../shape.ts'

/** How the parts of the client reach the control plane. */
export interface Connection {
  clock: Clock
  /** No answer is awaited after this time of `elapsed`, in ms. */
  until: number
  /** Requests a path of the API with the token. Rejects with whatever fetch throws. */
  request(path: string, init: Asking): Promise<Reply>
}

/** Options of a request, with the headers as a plain object. */
export type Asking = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** The beginning of an answer. */
interface Reply {
  response: Response
  /**
   * The store was read at this moment, or later, for this answer. Undefined if the answer does not prove it: an answer
   * from a cache cannot repeat the request's nonce.
   */
  readAt: Moment | undefined
}

/**
 * Each request names this process in a header, so that the control plane counts it before it gets a snapshot: a random
 * id, for how long it serves a canary without contact, and its name.
 */
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
        // Some edge runtimes do not know this option, and throw if it is set.
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
      // Counted back from the request, by this client's clocks, since the answer may have taken long to arrive.
      return { response, readAt: proven ? { now: now - Number(age), steady: steady - Number(age) } : undefined }
    },
  }
}

/** There was no answer, it was incomplete, or it cannot be used. A proxy may be the cause. */
export class UnusableAnswer extends Error {
  /** The answer, if there was one. */
  readonly response: Response | undefined

  constructor(message: string, response?: Response) {
    super(message)
    this.response = response
  }
}

/** The unusable answer behind an error; undefined if there was none. */
export const responseOf = (error: unknown) => (error instanceof UnusableAnswer ? error.response : undefined)

/** An answer as it arrives. */
export interface Arriving extends Reply {
  pieces: AsyncIterable<string>
  /** Restarts the time limit for silence. */
  heard(): void
}

/**
 * Sends a request, and lets `read` read the answer. It has `ms` in total, restarted by each call of `heard`, and ends
 * when `stop` is aborted.
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
    // With a reason, since the runtime would create an unused error with a stack without it.
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
      throw new UnusableAnswer(`the answer broke off: ${messageOf(cause)}`)
    })
    if (signal.aborted) throw signal.reason
    if (!part || part.done) return
    yield decoder.decode(part.value, { stream: true })
  }
}

/** An answer whose body has arrived. */
export interface JsonAnswer<T> {
  /** Undefined if it is no JSON. */
  body: T
  readAt: Moment | undefined
}

/** Longest answer, and longest event in a stream: much more than any snapshot has. */
export const mostCharacters = 64 * 1_048_576

/**
 * Sends a request and reads the whole answer within ten seconds.
 * @throws whatever fetch throws; UnusableAnswer if the answer is not `usable`
 */
export function ask<T>(
  connection: Connection,
  path: string,
  init: Asking,
  usable: (status: number, body: unknown) => boolean,
): Promise<JsonAnswer<T>> {
  const ms = Math.min(10_000, Math.max(1, connection.until - elapsed(connection.clock)))
  return exchange(connection, path, { ...init, ms }, async ({ response, readAt, pieces }) => {
    let text = ''
    if (/[/+]json\b/.test(response.headers.get('content-type') ?? ''))
      for await (const piece of pieces) {
        text += piece
        if (text.length > mostCharacters) throw new UnusableAnswer('the answer is too long')
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

/** Posts JSON, and expects a JSON answer of this shape. */
export function post<T>(connection: Connection, path: string, body: string, shape: Shape): Promise<JsonAnswer<T>> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  return ask(connection, path, init, (status, answer) => status === 200 && hasShape(answer, shape))
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
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
