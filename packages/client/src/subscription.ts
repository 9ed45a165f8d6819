import { createBackoff, retryAfter } from './backoff.ts'
import { ask, type Connection, sleep } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { HeldSnapshot } from './held-snapshot.ts'
import { readStream, StreamRefused, UnusableStream } from './read-stream.ts'

export type SubscriptionMode = 'connecting' | 'streaming' | 'polling' | 'closed'

/** Keeps the held snapshot up to date. */
export interface Subscription {
  mode(): SubscriptionMode
  /** The token was refused when it was last shown. */
  isRefused(): boolean
  /** Asks for the snapshot now, beside the stream; never rejects. */
  refresh(): Promise<void>
  close(): void
}

export interface SubscriptionOptions {
  connection: Connection
  held: HeldSnapshot
  report: Report
  /** Time between two polls where nothing can be streamed. */
  pollMs: number
  /** Silence after which a stream counts as dead; the server sends a comment every ten seconds. */
  silenceMs: number
}

/** Streams that fail in a way that a proxy causes, though the snapshot is to be had, until polling takes over for a while. */
const unusableStreams = 2
const pollsBeforeStreaming = 30

export function createSubscription({ connection, held, report, pollMs, silenceMs }: SubscriptionOptions): Subscription {
  const { clock, random } = connection
  const stop = new AbortController()
  const backoff = createBackoff({ random, firstMs: 1000, mostMs: 30_000 })
  let mode: SubscriptionMode = 'connecting'
  let tokenRefused = false
  let etag: string | undefined
  let refreshing: Promise<boolean> | undefined

  const poll = (): Promise<boolean> => {
    refreshing ??= fetchSnapshot().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  function refused(status: number, headers: Headers): void {
    backoff.atLeast(retryAfter(headers, clock.now()) ?? 0)
    tokenRefused = status === 401 || status === 403
    if (tokenRefused) report('warn', 'unauthorized', `the token was refused (${status})`)
    else report('info', 'disconnected', `the control plane answered ${status}`)
  }

  async function fetchSnapshot(): Promise<boolean> {
    try {
      const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag }
      const { status, headers: answered, body } = await ask(connection, '/v1/snapshot', { headers })
      if (status === 304) held.confirm()
      else if (status === 200) {
        // What could not be applied must be sent again: "unchanged" would be no word of trust.
        etag = held.offer(body, 'server') ? (answered.get('etag') ?? undefined) : undefined
      } else refused(status, answered)
      if (status !== 200 && status !== 304) return false
      tokenRefused = false
      return true
    } catch (error) {
      report('info', 'disconnected', messageOf(error))
      return false
    }
  }

  async function stream(): Promise<'worked' | 'failed' | 'unusable'> {
    let events = 0
    let upToDate = false
    try {
      await readStream(connection, {
        signal: stop.signal,
        silenceMs,
        heard() {
          if (upToDate) held.confirm()
        },
        retry: (ms) => backoff.first(ms),
        snapshot(value) {
          events += 1
          tokenRefused = false
          if (mode !== 'streaming') report('info', 'connected', 'the control plane streams')
          mode = 'streaming'
          backoff.reset()
          upToDate = held.offer(value, 'server')
        },
      })
    } catch (error) {
      if (error instanceof StreamRefused) refused(error.status, error.headers)
      else if (!stop.signal.aborted) report('info', 'disconnected', messageOf(error))
      if (events === 0) return isProxys(error) ? 'unusable' : 'failed'
    }
    return 'worked'
  }

  async function pollForAWhile(): Promise<void> {
    mode = 'polling'
    report('warn', 'polling', `nothing can be streamed, perhaps because of a proxy: asking every ${pollMs} ms`)
    for (let round = 0; round < pollsBeforeStreaming && !stop.signal.aborted; round += 1) {
      const answered = await poll()
      if (answered) backoff.reset()
      await sleep(clock, answered ? pollMs * (0.5 + random()) : Math.max(pollMs / 2, backoff.next()), stop.signal)
    }
  }

  async function run(): Promise<void> {
    let unusable = 0
    while (!stop.signal.aborted) {
      const outcome = await stream()
      if (stop.signal.aborted) break
      mode = 'connecting'
      unusable = outcome === 'unusable' && (await poll()) ? unusable + 1 : 0
      if (unusable >= unusableStreams) {
        await pollForAWhile()
        unusable = unusableStreams - 1
      } else await sleep(clock, backoff.next(), stop.signal)
    }
    mode = 'closed'
  }

  void run()
  return {
    mode: () => mode,
    isRefused: () => tokenRefused,
    async refresh() {
      await poll()
    },
    close: () => stop.abort(),
  }
}

/** What the control plane itself says: asking in another way would be answered alike. */
const ownRefusals = [401, 403, 429, 503]

function isProxys(error: unknown): boolean {
  if (error instanceof StreamRefused) return !ownRefusals.includes(error.status)
  return error instanceof UnusableStream
}
