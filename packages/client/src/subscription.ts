import { applyChange } from './apply-change.ts'
import { createBackoff } from './backoff.ts'
import { elapsedSince, momentOf } from './clock.ts'
import { type Connection, sleep, UnusableAnswer } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import { fetchSnapshot } from './fetch-snapshot.ts'
import type { HeldSnapshot } from './held-snapshot.ts'
import { readStream } from './read-stream.ts'

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
  /** The token was refused: asking again soon will not help. */
  refusal: () => void
}

/** Streams that fail in a way that a proxy causes, though the snapshot is to be had, until polling takes over for a while. */
const unusableStreams = 2
const pollsBeforeStreaming = 30
/** For the stream's first snapshot, before the same is asked for beside it. */
const headStartMs = 300
/** What the control plane itself says: asking in another way would be answered alike. */
const ownRefusals = [401, 403, 429, 503]
/** A stream that ends sooner is opened anew more and more slowly. */
const steadyStreamMs = 5000

export function createSubscription(options: SubscriptionOptions): Subscription {
  const { connection, held, report, pollMs, silenceMs, refusal } = options
  const { clock, random } = connection
  const stop = new AbortController()
  const backoff = createBackoff(connection, 1000, 30_000)
  let mode: SubscriptionMode = 'connecting'
  let tokenRefused = false
  let refreshing: Promise<boolean> | undefined

  const poll = (): Promise<boolean> => {
    refreshing ??= fetchSnapshot(connection, held, report, refused).then((answered) => {
      refreshing = undefined
      if (answered) tokenRefused = false
      return answered
    })
    return refreshing
  }

  function refused({ status, headers }: { status: number; headers: Headers }): void {
    backoff.heed(headers)
    tokenRefused = status === 401 || status === 403
    if (tokenRefused) {
      report('warn', 'unauthorized', `the token was refused (${status})`)
      refusal()
    } else report(...refusalOf(status, headers.get('content-type')))
  }

  /** Does not wait for the stream's first snapshot where nothing is trusted yet: a proxy may hold it back. */
  function askBeside(): () => void {
    const look = () => {
      if (!held.served() || held.isStale()) void poll()
      timer = clock.setTimer(look, pollMs * (0.5 + random()))
    }
    let timer = clock.setTimer(look, headStartMs)
    return () => clock.clearTimer(timer)
  }

  async function stream(): Promise<'worked' | 'failed' | 'unusable'> {
    let snapshots = 0
    const began = momentOf(clock)
    const stopAsking = askBeside()
    try {
      await readStream(connection, {
        stop: stop.signal,
        silenceMs,
        retry: backoff.first,
        snapshot(value, readAt) {
          stopAsking()
          snapshots += 1
          tokenRefused = false
          if (mode !== 'streaming') report('info', 'connected', 'the control plane streams')
          mode = 'streaming'
          // What cannot be believed without proof is asked for.
          if (!held.offer(value, 'server', readAt)) void poll()
        },
        async change(value) {
          const next = applyChange(held.current(), value)
          if (next && held.offer(next, 'server')) return
          // A question that is under way may be older than this change.
          await refreshing
          await poll()
        },
      })
    } catch (error) {
      const isUnusable = error instanceof UnusableAnswer
      const response = isUnusable ? error.response : undefined
      if (response) refused(response)
      else if (!stop.signal.aborted) report('info', 'disconnected', messageOf(error))
      if (snapshots === 0) return isUnusable && !ownRefusals.includes(response?.status ?? 0) ? 'unusable' : 'failed'
    } finally {
      stopAsking()
      if (elapsedSince(clock, began) > steadyStreamMs) backoff.reset()
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

function refusalOf(status: number, type: string | null): Parameters<Report> {
  return status < 500 && status !== 429
    ? ['warn', 'disconnected', `what answered ${status} (${type}) is no control plane: a proxy, or a wrong url`]
    : ['info', 'disconnected', `the control plane answered ${status}`]
}
