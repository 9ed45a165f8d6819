import type { Moment } from '../clock.ts'
import { type Connection, exchange, refusal, UnusableAnswer } from './connection.ts'
import { createEventParser, type ServerEvent } from './event-parser.ts'

export interface StreamOptions {
  stop: AbortSignal
  silenceMs: number
  retry(ms: number): void
  /**
   * Called with a snapshot, unchecked. Only the first one of a stream has `readAt`, since later ones may be delayed.
   */
  snapshot(value: unknown, readAt: Moment | undefined): void
  /** Called with the change since the snapshot before, unchecked. The stream waits for the promise. */
  change(value: unknown): Promise<void>
}

/**
 * Reads the stream of snapshots until it ends.
 * @throws whatever fetch throws; UnusableAnswer if it is no stream, stays silent, or ends before its first snapshot
 */
export function readStream(connection: Connection, options: StreamOptions): Promise<void> {
  const { stop, silenceMs: ms, retry, snapshot, change } = options
  // The result of a change is verified with a hash that only these runtimes have. Others ask for whole snapshots.
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
      // Until the first snapshot heartbeats do not extend the time limit.
      if (snapshots > 0) heard()
    }
    if (snapshots === 0) throw new UnusableAnswer('a stream without a snapshot')
  })
}
