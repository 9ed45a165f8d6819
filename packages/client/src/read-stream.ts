import type { Timer } from './clock.ts'
import type { Connection } from './connection.ts'
import { createEventParser } from './event-parser.ts'

/** The control plane answered with something else than a stream. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused'
  readonly status: number
  readonly headers: Headers

  constructor({ status, headers }: Response) {
    super(`the control plane answered ${status}`)
    this.status = status
    this.headers = headers
  }
}

/** No stream, or one that falls silent or ends before its first event: perhaps a proxy keeps streams from arriving. */
export class UnusableStream extends Error {
  override readonly name = 'UnusableStream'
}

export interface StreamOptions {
  signal: AbortSignal
  silenceMs: number
  /** Bytes have arrived, if only a heartbeat. */
  heard(): void
  retry(ms: number): void
  /** A snapshot as it was sent, not yet checked. */
  snapshot(value: unknown): void
}

/**
 * Reads the stream of snapshots until it ends.
 * @throws StreamRefused, UnusableStream where it is no stream or stays silent, and whatever fetch throws
 */
export async function readStream(connection: Connection, options: StreamOptions): Promise<void> {
  const { clock } = connection
  const { signal, silenceMs } = options
  const abort = new AbortController()
  const end = () => abort.abort(signal.reason)
  signal.addEventListener('abort', end)
  let timer: Timer
  const listen = () => {
    clock.clearTimer(timer)
    timer = clock.setTimer(() => abort.abort(new UnusableStream(`nothing was heard for ${silenceMs} ms`)), silenceMs)
  }
  try {
    listen()
    const headers = { accept: 'text/event-stream', 'cache-control': 'no-cache' }
    const response = await connection.request('/v1/stream', { headers, signal: abort.signal })
    await readBody(response, listen, options, abort.signal)
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error
  } finally {
    clock.clearTimer(timer)
    signal.removeEventListener('abort', end)
    abort.abort()
  }
}

async function readBody(response: Response, listen: () => void, options: StreamOptions, signal: AbortSignal) {
  if (!response.ok) throw new StreamRefused(response)
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (!isStream || !response.body) throw new UnusableStream('what was answered is no event stream')
  let events = 0
  const parse = createEventParser({
    retry: options.retry,
    event({ type, data }) {
      events += 1
      if (type === 'snapshot') options.snapshot(JSON.parse(data))
    },
  })
  const reader = response.body.getReader()
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', cancel)
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff)
    signal.throwIfAborted()
    if (done && events === 0) throw new UnusableStream('the stream ended before its first event')
    if (done) return
    listen()
    options.heard()
    parse(decoder.decode(value, { stream: true }))
  }
}

function brokenOff(cause: unknown): never {
  throw new UnusableStream('the stream broke off', { cause })
}
