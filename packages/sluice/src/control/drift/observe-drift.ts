import { createHash } from 'node:crypto'
import type { LogEntry } from '../../records/outcome.ts'
import { formatApart, utcDay } from '../../text/format.ts'
import { excerpt, visibleLine } from '../../text/untrusted.ts'
import { dayMs, hourMs, minuteMs } from '../../time-units.ts'
import type { Change } from './change.ts'
import { observeWith, relearn } from './detector.ts'
import type { DriftEvent, DriftWatchState } from './drift-state.ts'
import { valuesApart } from './signal-words.ts'
import { driftSignals, observationsOf, type Signal, signals } from './signals.ts'

/** What is remembered of a user or another source: the last days (UTC) on which a request and a score of it counted. */
export interface SourceDays {
  request?: string
  score?: string
}

const eventsKept = 20
const namesKept = 50
const longestName = 80

/** What counts once a day: the unit, else a process at an address within a minute, so that a burst is no trend. */
export function sourceOf({ unit, instance, address, observedAt }: LogEntry): string {
  if (unit !== null) return unit
  const source = JSON.stringify([instance ?? null, address ?? null, Math.floor(observedAt / minuteMs)])
  return `~${createHash('sha256').update(source).digest('hex').slice(0, 16)}`
}

/**
 * Adds an entry to the state, in place, and returns the changes that it shows. From each source only the first request
 * and the first score of a day count, so that one busy user is no trend. Other versions, such as a canary, are ignored.
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
  const observations = observationsOf(entry)
  for (const signal of driftSignals) if (observations[signal] !== undefined) state.heard[signal] = entry.receivedAt
  if (isFirst) events.push(...signalEvents(state, entry, observations))
  if (events.length > 0) state.events = [...state.events, ...events].slice(-eventsKept)
  return { events, memory: isFirst ? { ...known, [entry.kind]: day } : known }
}

let lastDay = { number: -1, name: '' }

/**
 * The day (UTC), cached: formatting it takes longer than the rest, and most entries have the same day as the one
 * before.
 */
function dayOf(at: number): string {
  const number = Math.floor(at / dayMs)
  if (number !== lastDay.number) lastDay = { number, name: utcDay(at) }
  return lastDay.name
}

function signalEvents(
  state: DriftWatchState,
  entry: LogEntry,
  observations: ReturnType<typeof observationsOf>,
): DriftEvent[] {
  return driftSignals.flatMap((signal) => {
    const value = observations[signal]
    if (value === undefined) return []
    const detector = state.detectors[signal]
    const change = observeWith(detector, value, entry.receivedAt, signals[signal])
    if (!change || !isShownDifferent(change)) return []
    // One alarm for a change. From now on the new level is learnt.
    state.detectors[signal] = relearn(detector, entry.receivedAt, signals[signal])
    return [eventOf(signal, entry, alarmWords(signal, change))]
  })
}

const named: Record<Signal, string> = {
  score: 'The judged score',
  errors: 'The share of failed requests',
  refusals: 'The share of refusals',
  invalid: 'The share of answers of the wrong form',
  latency: 'The share of slow requests (slower than the former 90th percentile)',
  length: 'The length of the answers (share above the former median)',
  cost: 'The cost of requests (share above the former median)',
  inputs: 'The length of the inputs (share above the former median)',
}

/** An alarm that shows no difference would tell nobody anything: its evidence goes on to be gathered. */
function isShownDifferent({ mean, usual }: Change): boolean {
  const [seen, expected] = formatApart(mean, usual)
  return seen !== expected
}

function alarmWords(signal: Signal, { mean, usual, count, since, until }: Change): string {
  const [seen, expected] = valuesApart(signal, mean, usual)
  const hours = Math.round((until - since) / hourMs)
  const span = `${hours} ${hours === 1 ? 'hour' : 'hours'} from ${new Date(since).toISOString().slice(0, 16)}Z on`
  return (
    `${named[signal]} has moved: ${seen} over ${count} in the ${span}, where ${expected} is usual in these ` +
    `hours of the week. Without a change such an alarm comes at most once in 60 days. No second alarm follows while the new ` +
    `level is learnt, which takes about two days.`
  )
}

function servedEvents(state: DriftWatchState, entry: LogEntry): DriftEvent[] {
  if (entry.kind !== 'request') return []
  const { servedModel, fingerprint } = entry
  const model = isNewName(state.models, servedModel, entry.receivedAt)
  const print = isNewName(state.fingerprints, fingerprint, entry.receivedAt)
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

/** A client's text, shortened, on one line and in quotes, since it is not trusted. */
function quoted(name: string | null): string {
  return `"${excerpt(visibleLine(name ?? ''), longestName).replaceAll('"', "'")}"`
}

/**
 * Whether to alarm: at most once a day for each kind, however many names a client reports, since each alarm is a
 * permanent row of the audit log, and a message.
 */
function isDue(state: DriftWatchState, code: keyof DriftWatchState['told'], at: number): boolean {
  const last = state.told[code]
  if (last !== undefined && at - last < dayMs) return false
  state.told = { ...state.told, [code]: at }
  return true
}

/** Notes a name. It is new if it was not reported on the first day, since backends may have several names at a time. */
function isNewName(seen: DriftWatchState['models'], name: string | null, at: number): boolean {
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
    eventOf('judge-changed', entry, `Judge ${entry.judgeId} has taken the place of ${before}: scores start again.`),
  ]
}

function eventOf(code: DriftEvent['code'], { seq, receivedAt }: LogEntry, words: string): DriftEvent {
  return { code, at: receivedAt, seq, words }
}
