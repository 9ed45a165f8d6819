import type { Clock, Snapshot } from '@sluice/client'
import type { Store } from '../../store/store.ts'
import { expiryTime } from '../../store/store-clock.ts'
import type { TokenStore } from '../../store/token-store.ts'
import type { Caller } from '../access/caller.ts'
import { isValid } from '../access/token-directory.ts'
import { Problem } from '../http/problem.ts'
import type { Log } from '../log.ts'
import { every } from '../timers.ts'
import type { Sink } from './sink.ts'
import { heartbeatFrame, retryFrame } from './snapshot-view.ts'
import type { Snapshots } from './snapshots.ts'

/** How often open streams are checked for revoked and expired tokens, in addition to notices of the store. */
const sweepMs = 2500

interface Stream {
  sink: Sink
  caller: Caller
  /** Whether its client accepts changes instead of whole snapshots. */
  takesChanges: boolean
  /** The last snapshot that was sent to it. */
  sent: Snapshot | undefined
}

/** Keeps the open streams up to date. */
export interface Streams {
  /** Opens a stream. It always begins with the present snapshot. */
  open(sink: Sink, caller: Caller, options?: { takesChanges: boolean }): void
  /** @throws Problem 429 if the token has too many streams already */
  admit(caller: Caller): void
  /** Sends the present snapshot, or the change, to all streams that do not have it. */
  broadcast(): void
  /** Ends the streams whose tokens are no longer valid. */
  sweep(): void
  count(): number
  /** Ends all streams, with a hint when to reconnect. */
  close(): void
}

export interface StreamsOptions {
  tokens: TokenStore & Pick<Store, 'now'>
  snapshots: Snapshots
  clock: Clock
  log: Log
  heartbeatMs: number
  maxReadAgeMs: number
  maxBufferedBytes: number
  streamsPerToken: number
}

export function createStreams(options: StreamsOptions): Streams {
  const { tokens, snapshots, clock, log, heartbeatMs, maxReadAgeMs, maxBufferedBytes, streamsPerToken } = options
  const streams = new Set<Stream>()

  function send(stream: Stream, frame: Uint8Array): void {
    if (stream.sink.buffered() > maxBufferedBytes) {
      streams.delete(stream)
      stream.sink.cut()
      log('warn', 'stream cut: its reader is too slow', { token: stream.caller.name })
    } else stream.sink.send(frame)
  }

  function update(stream: Stream): void {
    const { snapshot, frame, change } = snapshots.view(stream.caller)
    const { sent, takesChanges } = stream
    if (sent && isSame(snapshot, sent)) return
    stream.sent = snapshot
    send(stream, takesChanges && sent && change && isSame(change.from, sent) ? change.frame() : frame())
  }

  /** A heartbeat means that nothing has changed, so none is sent if the store could not be read. */
  function beat(): void {
    if (snapshots.ageMs() > maxReadAgeMs) return
    for (const stream of streams) send(stream, heartbeatFrame)
  }

  async function endInvalid(): Promise<void> {
    if (streams.size === 0) return
    const records = new Map((await tokens.tokens()).map((record) => [record.id, record]))
    for (const stream of streams) {
      const record = records.get(stream.caller.tokenId ?? '')
      if (record && isValid(record, expiryTime(tokens, clock))) continue
      streams.delete(stream)
      stream.sink.end()
      log('info', 'stream closed: its token is no longer valid', { token: stream.caller.name })
    }
  }

  function sweep(): void {
    void endInvalid().catch((error: unknown) => {
      log('warn', 'the tokens of open streams could not be checked', { error: String(error) })
    })
  }

  const stopBeating = every(clock, heartbeatMs, beat)
  const stopSweeping = every(clock, sweepMs, sweep)

  return {
    admit({ tokenId }) {
      let open = 0
      for (const { caller } of streams) if (caller.tokenId === tokenId) open += 1
      if (open >= streamsPerToken) throw tooManyStreams(streamsPerToken)
    },
    open(sink, caller, { takesChanges } = { takesChanges: false }) {
      const stream: Stream = { sink, caller, takesChanges, sent: undefined }
      streams.add(stream)
      sink.onClose(() => streams.delete(stream))
      sink.send(retryFrame)
      update(stream)
    },
    broadcast() {
      for (const stream of streams) update(stream)
    },
    sweep,
    count: () => streams.size,
    close() {
      stopBeating()
      stopSweeping()
      for (const { sink } of streams) {
        sink.send(retryFrame)
        sink.end()
      }
      streams.clear()
    },
  }
}

function isSame(one: Snapshot, other: Snapshot): boolean {
  return one.epoch === other.epoch && one.revision === other.revision && one.hash === other.hash
}

function tooManyStreams(most: number): Problem {
  const detail = `This token has ${most} open streams already: close some, poll /v1/snapshot, or use another token.`
  return new Problem({ status: 429, code: 'too-many-streams', detail }, { headers: { 'retry-after': '30' } })
}

/** How often the store is asked for its revision, in ms. */
const checkMs = 2000
/** How often the whole state is read, in ms, in case the revision did not show a change. */
const readMs = 5000

/**
 * Loads the snapshot after each commit to the store and sends it to the streams. Returns a function that stops this.
 */
export function keepLoaded({
  store,
  clock,
  snapshots,
  streams,
  log,
}: Pick<StreamsOptions, 'snapshots' | 'clock' | 'log'> & {
  store: Pick<Store, 'onChange'>
  streams: Streams
}): () => void {
  let failing = false
  const watch = (reading: Promise<void>) => {
    reading.then(
      () => {
        failing = false
      },
      (error: unknown) => {
        if (!failing) log('warn', 'the store cannot be read', { error: String(error) })
        failing = true
      },
    )
  }
  snapshots.onLoad(() => streams.broadcast())
  const stops = [
    store.onChange(() => {
      watch(snapshots.reload())
      streams.sweep()
    }),
    every(clock, checkMs, () => watch(snapshots.check())),
    every(clock, readMs, () => watch(snapshots.reload())),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
