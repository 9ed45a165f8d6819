import { excerpt, visibleLine } from '../report/untrusted.ts'
import type { LogEntry } from '../store/outcome-log.ts'
import { hasAlarmed, newDetector, observeWith, type Watching } from './detector.ts'
import type { DriftEvent, DriftState } from './drift-state.ts'
import { observationsOf, type Signal, signalNames, signals } from './signals.ts'

/** What is remembered of a user: the days (UTC) on which a request and a score of them were last taken. */
export interface UserDays {
  request?: string
  score?: string
}

const eventsKept = 20
const namesKept = 50
const longestName = 80
const dayMs = 86_400_000

/**
 * Takes an entry into the state, in place, and returns what it shows to have moved. Of each user counts the first request
 * and the first score of a day, so that one busy user is no trend; other versions, such as a canary, are not looked at.
 */
export function observeDrift(
  state: DriftState,
  entry: LogEntry,
  known: UserDays | undefined,
): { events: DriftEvent[]; memory: UserDays | undefined } {
  if (entry.version !== state.version || entry.kind === 'feedback') return { events: [], memory: known }
  const events = [...servedEvents(state, entry), ...judgeEvents(state, entry)]
  const day = new Date(entry.receivedAt).toISOString().slice(0, 10)
  if (entry.unit === null || known?.[entry.kind] !== day) events.push(...signalEvents(state, entry))
  state.events = [...state.events, ...events].slice(-eventsKept)
  return { events, memory: entry.unit === null ? undefined : { ...known, [entry.kind]: day } }
}

function signalEvents(state: DriftState, entry: LogEntry): DriftEvent[] {
  const observations = observationsOf(entry)
  return signalNames.flatMap((signal) => {
    const value = observations[signal]
    if (value === undefined) return []
    const next = observeWith(state.detectors[signal], value, entry.receivedAt, signals[signal])
    const alarmed = hasAlarmed(next)
    // From here on the new level is learnt as what is normal.
    state.detectors[signal] = alarmed ? newDetector(entry.receivedAt) : next
    return alarmed ? [eventOf(signal, entry, alarmWords(signal, next))] : []
  })
}

const named: Record<Signal, string> = {
  score: 'The judged score',
  errors: 'The share of failed requests',
  refusals: 'The share of refusals',
  invalid: 'The share of answers of the wrong form',
  latency: 'The share of slow requests (beyond the 90th percentile of the reference)',
  length: 'The length of the answers (share beyond the median of the reference)',
  cost: 'The cost of requests (share beyond the median of the reference)',
  inputs: 'The length of the inputs (share beyond the median of the reference)',
}

function alarmWords(signal: Signal, { mean, sum, seen, reference, runLength }: Watching): string {
  const now = (sum / seen).toFixed(3)
  return (
    `${named[signal]} has moved: ${now} on average over ${seen} since the reference, which had ` +
    `${mean.toFixed(3)} over ${reference}. While nothing changes such an alarm comes once in ${runLength} or more.`
  )
}

function servedEvents(state: DriftState, entry: LogEntry): DriftEvent[] {
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
function isDue(state: DriftState, code: keyof DriftState['told'], at: number): boolean {
  const last = state.told[code]
  if (last !== undefined && at - last < dayMs) return false
  state.told = { ...state.told, [code]: at }
  return true
}

/** Notes a name. News is one that was not among those of the first day, since backends go by several at a time. */
function isNews(seen: DriftState['models'], name: string | null, at: number): boolean {
  if (name === null || seen.names.includes(name)) return false
  const isNew = seen.since !== null && at - seen.since >= dayMs
  seen.since ??= at
  seen.names = [...seen.names, name].slice(-namesKept)
  return isNew
}

function judgeEvents(state: DriftState, entry: LogEntry): DriftEvent[] {
  if (entry.kind !== 'score' || state.judgeId === entry.judgeId) return []
  const before = state.judgeId
  state.judgeId = entry.judgeId
  if (before === null) return []
  // Scores of different judges are never compared.
  state.detectors.score = newDetector(entry.receivedAt)
  if (!isDue(state, 'judge-changed', entry.receivedAt)) return []
  return [
    eventOf('judge-changed', entry, `Judge ${entry.judgeId} has taken the place of ${before}: scores start anew.`),
  ]
}

function eventOf(code: DriftEvent['code'], { seq, receivedAt }: LogEntry, words: string): DriftEvent {
  return { code, at: receivedAt, seq, words }
}
