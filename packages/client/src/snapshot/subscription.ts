import { elapsedSince, momentOf } from '../clock.ts'
import { createBackoff } from '../connection/backoff.ts'
import { ask, type Connection, pause, responseOf, UnusableAnswer } from '../connection/connection.ts'
import { readStream } from '../connection/read-stream.ts'
import { type DiagnosticReporter, messageOf } from '../diagnostic.ts'
import type { Settings } from '../options.ts'
import type { Snapshot } from '../protocol.ts'
import type { HeldSnapshot } from './held-snapshot.ts'

export type SubscriptionMode = 'connecting' | 'streaming' | 'polling' | 'closed'

/** Keeps the held snapshot up to date. */
export interface Subscription {
  mode(): SubscriptionMode
  /** Whether the control plane refused the token at the last request. */
  refused(): boolean
  /** Asks for the snapshot now, independently of the stream; true if the control plane answered. Never rejects. */
  refresh(): Promise<boolean>
  close(): void
}

export interface SubscriptionOptions extends Pick<Settings, 'pollMs' | 'silenceMs' | 'clock' | 'random'> {
  connection: Connection
  held: HeldSnapshot
  report: DiagnosticReporter
  /** Called when the token was refused, so that nobody waits for a snapshot. */
  refusal: () => void
}

/**
 * After this many streams that fail while the snapshot can be fetched, as behind a proxy, the client polls for a while.
 */
const unusableStreams = 2
const pollsBeforeStreaming = 30
/** How long the stream may take for its first snapshot before it is also fetched directly. */
const headStartMs = 300
/** Statuses with which the control plane itself refuses: polling would be refused too. */
const ownRefusals = [401, 403, 429, 503]
/** After a stream that ends sooner than this, the wait before the next one grows. */
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

  /** Fetches the snapshot until the stream sends one, if nothing is confirmed yet: a proxy may delay the stream. */
  function askBeside(): () => void {
    const pollIfStale = () => {
      if (!held.served() || held.isStale()) void poll()
      timer = clock.setTimer(pollIfStale, pollMs * (0.5 + random()))
    }
    let timer = clock.setTimer(pollIfStale, headStartMs)
    return () => clock.clearTimer(timer)
  }

  /** Streams until it ends. Resolves to true if the stream was not usable, e.g. because of a proxy. */
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
          // A snapshot that is not accepted without proof is fetched again with one.
          if (!held.offer(value, 'server', readAt)) void poll()
        },
        async change(value) {
          const next = await changed(held.current(), value).catch(() => undefined)
          if (next && held.offer(next, 'server')) return
          // A request that is under way may have been sent before this change.
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
    report('warn', 'polling', 'no stream arrives: check for a proxy, or a wrong url')
    for (let round = 0; round < pollsBeforeStreaming && !stop.signal.aborted; round += 1) {
      const answered = await poll()
      if (answered) backoff.reset()
      await pause(clock, answered ? pollMs * (0.5 + random()) : Math.max(pollMs / 2, backoff.next()), stop.signal)
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
      } else await pause(clock, backoff.next(), stop.signal)
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

function failureOf(error: unknown): Parameters<DiagnosticReporter> {
  const { status = 500, headers } = responseOf(error) ?? {}
  const why = messageOf(error)
  if (status === 401 || status === 403) return ['warn', 'unauthorized', why]
  if (status >= 500 || status === 429) return ['info', 'disconnected', why]
  return ['warn', 'disconnected', `${why} (${headers?.get('content-type')}): check for a proxy, or a wrong url`]
}

/** Loads `applyChange` with the first change. @throws if it cannot be loaded; then the whole snapshot is fetched */
async function changed(snapshot: Snapshot | undefined, value: unknown): Promise<Snapshot | undefined> {
  const { applyChange } = await import('./apply-change.ts')
  return applyChange(snapshot, value)
}

/**
 * Fetches the snapshot if it has changed, and confirms the held one if not. @throws whatever fetch throws,
 * UnusableAnswer
 */
async function fetchSnapshot({ connection, held, report }: SubscriptionOptions): Promise<void> {
  const known = held.served()
  const headers = known && { 'if-none-match': `"${known.epoch}-${known.revision}-${known.hash}"` }
  const { body, readAt } = await ask(connection, '/v1/snapshot', { headers: headers ?? {} }, isSnapshot)
  if (!readAt) report('warn', 'unproven', 'no proof of age: check for a proxy, or a cache')
  if (body === undefined) held.confirm(readAt)
  else held.offer(body, 'server', readAt)
}

/** A snapshot, or none if the held one is the present one. */
const isSnapshot = (status: number, body: unknown) => status === (body === undefined ? 304 : 200)
