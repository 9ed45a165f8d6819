import type { Moment } from './clock.ts'
import { type Connection, exchange, refusal, UnusableAnswer } from './connection.ts'
import { createEventParser, type ServerEvent } from './event-parser.ts'

export interface StreamOptions {
  stop: AbortSignal
  silenceMs: number
  retry(ms: number): void
  /** A snapshot as it was sent, not yet checked. `readAt` for the first of a stream: later ones may have been held back. */
  snapshot(value: unknown, readAt: Moment | undefined): void
  /** What changed since the one before, not yet checked; the stream waits for it. */
  change(value: unknown): Promise<void>
}

/**
 * Reads the stream of snapshots until it ends.
 * @throws UnusableAnswer where it is no stream, stays silent, or ends before its first snapshot, and whatever fetch throws
 */
export function readStream(connection: Connection, options: StreamOptions): Promise<void> {
  const { stop, silenceMs: ms, retry, snapshot, change } = options
  // Their results are verified with a hash of these runtimes: elsewhere whole snapshots are asked for.
  const canVerify = typeof globalThis.process?.getBuiltinModule === 'function'
  const headers = { accept: 'text/event-stream', ...(canVerify && { prefer: 'changes' }) }
  return exchange(connection, '/v1/stream', { headers, ms, stop }, async ({ response, readAt, pieces, heard }) => {
    if (!response.ok) throw refusal(response)
    const type = response.headers.get('content-type')
    if (!/^text\/event-stream/.test(type ?? '')) throw new UnusableAnswer(`no event stream but ${type}`)
    let events: ServerEvent[] = []
    let snapshots = 0
    const parse = createEventParser({ retry, event: (event) => events.push(event) })
    for await (const piece of pieces) {
      parse(piece)
      for (const { type, data } of events) {
        if (type === 'change') await change(JSON.parse(data))
        if (type !== 'snapshot') continue
        snapshots += 1
        snapshot(JSON.parse(data), snapshots === 1 ? readAt : undefined)
      }
      events = []
      // Signs of life alone, without a snapshot, are no stream.
      if (snapshots > 0) heard()
    }
    if (snapshots === 0) throw new UnusableAnswer('a stream without a snapshot')
  })
}
