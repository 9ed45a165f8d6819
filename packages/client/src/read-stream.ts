import { canVerify } from './apply-change.ts'
import type { Moment, Timer } from './clock.ts'
import type { Connection, Reply } from './connection.ts'
import { createEventParser, type ServerEvent } from './event-parser.ts'

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

/** No stream, or one that falls silent or ends before its first snapshot: perhaps a proxy keeps streams from arriving. */
export class UnusableStream extends Error {
  override readonly name = 'UnusableStream'
}

export interface StreamOptions {
  signal: AbortSignal
  silenceMs: number
  retry(ms: number): void
  /** A snapshot as it was sent, not yet checked. `readAt` for the first of a stream: later ones may have been held back. */
  snapshot(value: unknown, readAt: Moment | undefined): void
  /** What changed since the one before, not yet checked; the stream waits for it. */
  change(value: unknown): Promise<void>
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
    const headers = { accept: 'text/event-stream', ...(canVerify && { prefer: 'changes' }) }
    const reply = await connection.request('/v1/stream', { headers, signal: abort.signal })
    await readBody(reply, listen, options, abort.signal)
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error
  } finally {
    clock.clearTimer(timer)
    signal.removeEventListener('abort', end)
    abort.abort()
  }
}

async function readBody({ response, readAt }: Reply, listen: () => void, options: StreamOptions, signal: AbortSignal) {
  if (!response.ok) throw new StreamRefused(response)
  const type = response.headers.get('content-type')
  if (!type?.startsWith('text/event-stream') || !response.body) throw new UnusableStream(`no event stream but ${type}`)
  let events: ServerEvent[] = []
  let snapshots = 0
  const parse = createEventParser({ retry: options.retry, event: (event) => events.push(event) })
  const reader = response.body.getReader()
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', cancel)
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff)
    signal.throwIfAborted()
    if (done && snapshots === 0) throw new UnusableStream('the stream ended before its first snapshot')
    if (done) return
    parse(decoder.decode(value, { stream: true }))
    for (const { type, data } of events) {
      if (type === 'change') await options.change(JSON.parse(data))
      if (type !== 'snapshot') continue
      snapshots += 1
      options.snapshot(JSON.parse(data), snapshots === 1 ? readAt : undefined)
    }
    events = []
    // Signs of life alone, without a snapshot, are no stream.
    if (snapshots > 0) listen()
  }
}

function brokenOff(cause: unknown): never {
  throw new UnusableStream('the stream broke off', { cause })
}
