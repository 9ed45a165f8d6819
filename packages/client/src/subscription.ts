import { createBackoff } from './backoff.ts'
import { elapsedSince, momentOf } from './clock.ts'
import { ask, type Connection, responseOf, sleep, UnusableAnswer } from './connection.ts'
import { messageOf, type Report } from './diagnostic.ts'
import type { HeldSnapshot } from './held-snapshot.ts'
import type { Settings } from './options.ts'
import type { Snapshot } from './protocol.ts'
import { readStream } from './read-stream.ts'

export type SubscriptionMode = 'connecting' | 'streaming' | 'polling' | 'closed'

/** Keeps the held snapshot up to date. */
export interface Subscription {
  mode(): SubscriptionMode
  /** The token was refused when it was last shown. */
  refused(): boolean
  /** Asks for the snapshot now, beside the stream: true where the control plane has answered. Never rejects. */
  refresh(): Promise<boolean>
  close(): void
}

export interface SubscriptionOptions extends Pick<Settings, 'pollMs' | 'silenceMs' | 'clock' | 'random'> {
  connection: Connection
  held: HeldSnapshot
  report: Report
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
  const { connection, held, report, pollMs, silenceMs, refusal, clock, random } = options
  const stop = new AbortController()
  const backoff = createBackoff(options, 1000, 30_000)
  let mode: SubscriptionMode = 'connecting'
  let tokenRefused = false
  let refreshing: Promise<boolean> | undefined

  const poll = (): Promise<boolean> => {
    refreshing ??= refreshed()
    return refreshing
  }

  async function refreshed(): Promise<boolean> {
    try {
      await fetchSnapshot(options)
      tokenRefused = false
      return true
    } catch (error) {
      failed(error)
      return false
    } finally {
      refreshing = undefined
    }
  }

  function failed(error: unknown): void {
    backoff.heed(error)
    const { status } = responseOf(error) ?? {}
    if (status) tokenRefused = status === 401 || status === 403
    report(...failureOf(error))
    if (status && tokenRefused) refusal()
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

  /** True where it could not be used, as where a proxy keeps it from arriving. */
  async function stream(): Promise<boolean> {
    let began = false
    const startedAt = momentOf(clock)
    const stopAsking = askBeside()
    try {
      await readStream(connection, {
        stop: stop.signal,
        silenceMs,
        retry: backoff.first,
        snapshot(value, readAt) {
          stopAsking()
          began = true
          tokenRefused = false
          if (mode !== 'streaming') report('info', 'connected', 'the control plane streams')
          mode = 'streaming'
          // What cannot be believed without proof is asked for.
          if (!held.offer(value, 'server', readAt)) void poll()
        },
        async change(value) {
          const next = await changed(held.current(), value).catch(() => undefined)
          if (next && held.offer(next, 'server')) return
          // A question that is under way may be older than this change.
          await refreshing
          await poll()
        },
      })
      return false
    } catch (error) {
      if (!stop.signal.aborted) failed(error)
      return !began && error instanceof UnusableAnswer && !ownRefusals.includes(error.response?.status ?? 0)
    } finally {
      stopAsking()
      if (elapsedSince(clock, startedAt) > steadyStreamMs) backoff.reset()
    }
  }

  async function pollForAWhile(): Promise<void> {
    mode = 'polling'
    report('warn', 'polling', 'no stream arrives: a proxy, or a wrong url')
    for (let round = 0; round < pollsBeforeStreaming && !stop.signal.aborted; round += 1) {
      const answered = await poll()
      if (answered) backoff.reset()
      await sleep(clock, answered ? pollMs * (0.5 + random()) : Math.max(pollMs / 2, backoff.next()), stop.signal)
    }
  }

  async function run(): Promise<void> {
    let unusable = 0
    while (!stop.signal.aborted) {
      const isUnusable = await stream()
      if (stop.signal.aborted) break
      mode = 'connecting'
      unusable = isUnusable && (await poll()) ? unusable + 1 : 0
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
    refused: () => tokenRefused,
    refresh: poll,
    close: () => stop.abort(),
  }
}

function failureOf(error: unknown): Parameters<Report> {
  const { status = 500, headers } = responseOf(error) ?? {}
  const why = messageOf(error)
  if (status === 401 || status === 403) return ['warn', 'unauthorized', why]
  if (status >= 500 || status === 429) return ['info', 'disconnected', why]
  return ['warn', 'disconnected', `${why} (${headers?.get('content-type')}): a proxy, or a wrong url`]
}

/** Loaded with the first change. @throws where it cannot be: then the whole is asked for */
async function changed(snapshot: Snapshot | undefined, value: unknown): Promise<Snapshot | undefined> {
  const { applyChange } = await import('./apply-change.ts')
  return applyChange(snapshot, value)
}

/** Asks for the snapshot, unless what is held is the present one. @throws whatever fetch throws, UnusableAnswer */
async function fetchSnapshot({ connection, held, report }: SubscriptionOptions): Promise<void> {
  const known = held.served()
  const headers = known && { 'if-none-match': `"${known.epoch}-${known.revision}-${known.hash}"` }
  const { body, readAt } = await ask(connection, '/v1/snapshot', { headers: headers ?? {} }, isSnapshot)
  if (!readAt) report('warn', 'unproven', 'no proof of age: a proxy, or a cache')
  if (body === undefined) held.confirm(readAt)
  else held.offer(body, 'server', readAt)
}

/** Or none, where what is held is the present one. */
const isSnapshot = (status: number, body: unknown) => status === (body === undefined ? 304 : 200)
