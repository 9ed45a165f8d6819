import { createHash } from 'node:crypto'
import type { LogEntry } from '../../records/outcome.ts'
import { excerpt, visibleLine } from '../../text/untrusted.ts'
import type { Change } from './change.ts'
import { observeWith, relearn } from './detector.ts'
import type { DriftEvent, DriftWatchState } from './drift-state.ts'
import { driftSignals, observationsOf, type Signal, signals } from './signals.ts'

/** What is remembered of a user, or another source: the days (UTC) on which a request and a score of it were last taken. */
export interface SourceDays {
  request?: string
  score?: string
}

const eventsKept = 20
const namesKept = 50
const longestName = 80
const dayMs = 86_400_000
const hourMs = 3_600_000
const minuteMs = 60_000

/** Whoever counts once a day: the unit, else what a process at an address sends within a minute, so that a burst is no trend. */
export function sourceOf({ unit, instance, address, observedAt }: LogEntry): string {
  if (unit !== null) return unit
  const source = JSON.stringify([instance ?? null, address ?? null, Math.floor(observedAt / minuteMs)])
  return `~${createHash('sha256').update(source).digest('hex').slice(0, 16)}`
}

/**
 * Takes an entry into the state, in place, and returns what it shows to have moved. Of each source counts the first request
 * and the first score of a day, so that one busy user is no trend; other versions, such as a canary, are not looked at.
 */
export function observeDrift(
  state: DriftWatchState,
  entry: LogEntry,
  known: SourceDays | undefined,
): { events: DriftEvent[]; memory: SourceDays | undefined } {
  if (entry.version !== state.version || entry.kind === 'feedback') return { events: [], memory: known }
  const events = [...servedEvents(state, entry), ...judgeEvents(state, entry)]
  const day = dayOf(entry.receivedAt)
  const isFirst = known?.[entry.kind] !== day
  if (isFirst) events.push(...signalEvents(state, entry))
  if (events.length > 0) state.events = [...state.events, ...events].slice(-eventsKept)
  return { events, memory: isFirst ? { ...known, [entry.kind]: day } : known }
}

let lastDay = { number: -1, name: '' }

/** UTC. To write a date takes longer than all else that an entry takes, and most are of the day of the one before. */
function dayOf(at: number): string {
  const number = Math.floor(at / dayMs)
  if (number !== lastDay.number) lastDay = { number, name: new Date(at).toISOString().slice(0, 10) }
  return lastDay.name
}

function signalEvents(state: DriftWatchState, entry: LogEntry): DriftEvent[] {
  const observations = observationsOf(entry)
  return driftSignals.flatMap((signal) => {
    const value = observations[signal]
    if (value === undefined) return []
    const detector = state.detectors[signal]
    const change = observeWith(detector, value, entry.receivedAt, signals[signal])
    if (!change) return []
    // One alarm of a change: from here on the new level is learnt as what is usual.
    state.detectors[signal] = relearn(detector, entry.receivedAt, signals[signal])
    return [eventOf(signal, entry, alarmWords(signal, change))]
  })
}

const named: Record<Signal, string> = {
  score: 'The judged score',
  errors: 'The share of failed requests',
  refusals: 'The share of refusals',
  invalid: 'The share of answers of the wrong form',
  latency: 'The share of slow requests (slower than nine in ten were once)',
  length: 'The length of the answers (share beyond what was once the median)',
  cost: 'The cost of requests (share beyond what was once the median)',
  inputs: 'The length of the inputs (share beyond what was once the median)',
}

function alarmWords(signal: Signal, { mean, usual, count, since, until }: Change): string {
  const hours = Math.round((until - since) / hourMs)
  const span = `${hours} ${hours === 1 ? 'hour' : 'hours'} from ${new Date(since).toISOString().slice(0, 16)}Z on`
  return (
    `${named[signal]} has moved: ${mean.toFixed(3)} over ${count} in the ${span}, where ${usual.toFixed(3)} is usual in these ` +
    `hours of the week. Without a change such an alarm comes at most once in 60 days. No second alarm follows while the new ` +
    `level is learnt, which takes about two days.`
  )
}

function servedEvents(state: DriftWatchState, entry: LogEntry): DriftEvent[] {
  if (entry.kind !== 'request') return []
  const { servedModel, fingerprint } = entry
  const model = isNews(state.models, servedModel, entry.receivedAt)
  const print = isNews(state.fingerprints, fingerprint, entry.receivedAt)
  return [
    ...(model && isDue(state, 'served-model', entry.receivedAt)
      ? [eventOf('served-model', entry, `The provider now serves ${quoted(servedModel)}, which it did not before.`)]
      : []),
    ...(print && isDue(state, 'served-fingerprint', entry.receivedAt)
      ? [
          eventOf(
            'served-fingerprint',
            entry,
            `The provider answers under another fingerprint: ${quoted(fingerprint)}.`,
          ),
        ]
      : []),
  ]
}

/** What a client says is no text of ours: it stands in quotes, on one line, and is short. */
function quoted(name: string | null): string {
  return `"${excerpt(visibleLine(name ?? ''), longestName).replaceAll('"', "'")}"`
}

/**
 * Whether a change is alarmed about: once a day, however many names a client reports, since each alarm is a row of a log that
 * is kept for good, and a message.
 */
function isDue(state: DriftWatchState, code: keyof DriftWatchState['told'], at: number): boolean {
  const last = state.told[code]
  if (last !== undefined && at - last < dayMs) return false
  state.told = { ...state.told, [code]: at }
  return true
}

/** Notes a name. News is one that was not among those of the first day, since backends go by several at a time. */
function isNews(seen: DriftWatchState['models'], name: string | null, at: number): boolean {
  if (name === null || seen.names.includes(name)) return false
  const isNew = seen.since !== null && at - seen.since >= dayMs
  seen.since ??= at
  seen.names = [...seen.names, name].slice(-namesKept)
  return isNew
}

function judgeEvents(state: DriftWatchState, entry: LogEntry): DriftEvent[] {
  if (entry.kind !== 'score' || state.judgeId === entry.judgeId) return []
  const before = state.judgeId
  state.judgeId = entry.judgeId
  if (before === null) return []
  // Scores of different judges are never compared.
  state.detectors.score = relearn(state.detectors.score, entry.receivedAt, signals.score)
  if (!isDue(state, 'judge-changed', entry.receivedAt)) return []
  return [
    eventOf('judge-changed', entry, `Judge ${entry.judgeId} has taken the place of ${before}: scores start anew.`),
  ]
}

function eventOf(code: DriftEvent['code'], { seq, receivedAt }: LogEntry, words: string): DriftEvent {
  return { code, at: receivedAt, seq, words }
}
