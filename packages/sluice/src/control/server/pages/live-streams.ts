import type { Clock } from '@sluice/client'
import type { Environments } from '../../../core/suite/config/environments.ts'
import { runningRollout } from '../../release/transition.ts'
import type { Store } from '../../store/store.ts'
import { maySeeAll, tokenReach } from '../access/caller.ts'
import type { Session, Sessions } from '../access/sessions.ts'
import { Problem } from '../http/problem.ts'
import type { Log } from '../log.ts'
import type { Sink } from '../snapshots/sink.ts'
import { retryFrame } from '../snapshots/snapshot-view.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'
import { every } from '../timers.ts'

/**
 * Tells open pages that something has changed. They ask for themselves anew, so no stream holds anything of a feature.
 */
export interface LiveStreams {
  /** @throws Problem 429 if the token has too many streams already */
  admit(session: Session): void
  open(sink: Sink, session: Session): void
  count(): number
  close(): void
}

interface LiveOptions {
  store: Pick<Store, 'onAcknowledge' | 'onChange'>
  sessions: Sessions
  environments: Environments
  snapshots: Snapshots
  clock: Clock
  log: Log
  /** In which share of the time since its last call this thread was at work, in [0,1]. */
  threadLoad(): number
  /** Called before each change is told, so that what is shown after it is made anew. */
  drop(): void
  maxReadAgeMs: number
  maxBufferedBytes: number
  liveStreamsPerToken: number
}

/** While a rollout runs its evidence grows, which no event tells. */
const pollMs = 1000
/**
 * Where this thread has no time to spare, open pages leave it to the outcomes: of so many looks at growing evidence one
 * is told.
 */
const busy = { load: 0.8, polls: 4 }
/**
 * Spending, drift and failing loops change without an event, too. A page that hears nothing for longer has lost its
 * stream.
 */
const longestSilenceMs = 10_000
/** A stream ends at most this much later than its session, or the rights that it had. */
const sweepMs = 1500

const encoder = new TextEncoder()
const frame = (event: string, data: object) => encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)

/** `revision`: of the state of all features; null for who may not see all. `at`: ms since the epoch. */
const changedFrame = (revision: number | null, at: number) => frame('changed', { revision, at })

export function createLiveStreams(options: LiveOptions): LiveStreams {
  const { store, sessions, snapshots, environments, clock, log, drop, threadLoad } = options
  const { maxReadAgeMs, maxBufferedBytes, liveStreamsPerToken } = options
  const streams = new Map<Sink, Session>()
  const isLimited = ({ record }: Session) => !maySeeAll(tokenReach(record, environments), environments)
  let isDirty = false
  let sentAt = clock.now()
  let polls = 0

  /** Nothing is told while the store cannot be read: then a page must say that it is old. */
  function send(isConcerned: (session: Session) => boolean): void {
    if (snapshots.ageMs() > maxReadAgeMs) return
    const at = clock.now()
    const { revision } = snapshots.view(null).snapshot
    for (const [sink, session] of streams) {
      if (!isConcerned(session)) continue
      if (sink.buffered() > maxBufferedBytes) end(sink)
      else sink.send(changedFrame(isLimited(session) ? null : revision, at))
    }
  }

  function sendAll(): void {
    isDirty = false
    sentAt = clock.now()
    drop()
    send((session) => !isLimited(session))
  }

  /** Whoever sees some features only is told at every look, since the times of changes would speak of the others. */
  function poll(): void {
    polls += 1
    const isTurn = threadLoad() < busy.load || polls % busy.polls === 0
    if (streams.size === 0) return
    if (isTurn) send(isLimited)
    const isRunning = snapshots.states().some((state) => runningRollout(state) !== undefined)
    const silenceMs = clock.now() - sentAt
    if (isDirty || (isRunning && isTurn) || silenceMs >= longestSilenceMs || silenceMs < 0) sendAll()
  }

  function end(sink: Sink, why?: string): void {
    streams.delete(sink)
    if (why !== undefined) sink.send(frame('ended', { why }))
    sink.end()
  }

  async function endInvalid(): Promise<void> {
    const ended = await sessions.ended(streams.values())
    for (const [sink, session] of streams) {
      if (!ended.has(session)) continue
      log('info', 'page closed: its session has ended, or has other rights', { token: session.record.name })
      end(sink, 'session')
    }
  }

  const sweep = () =>
    void endInvalid().catch((error: unknown) => {
      log('warn', 'the sessions of open pages could not be checked', { error: String(error) })
    })

  snapshots.onLoad(sendAll)
  const stops = [
    store.onAcknowledge(() => {
      isDirty = true
    }),
    store.onChange(() => {
      // What waits for approval is no part of what is served, so no load tells of it.
      drop()
      isDirty = true
      sweep()
    }),
    every(clock, pollMs, poll),
    every(clock, sweepMs, sweep),
  ]
  return {
    admit({ record }) {
      let open = 0
      for (const session of streams.values()) if (session.record.id === record.id) open += 1
      if (open < liveStreamsPerToken) return
      const detail = `This token has ${liveStreamsPerToken} pages open already: close some.`
      throw new Problem({ status: 429, code: 'too-many-streams', detail }, { headers: { 'retry-after': '30' } })
    },
    open(sink, session) {
      streams.set(sink, session)
      sink.onClose(() => streams.delete(sink))
      sink.send(retryFrame)
      send((one) => one === session)
    },
    count: () => streams.size,
    close() {
      for (const stop of stops) stop()
      for (const sink of [...streams.keys()]) end(sink)
    },
  }
}
