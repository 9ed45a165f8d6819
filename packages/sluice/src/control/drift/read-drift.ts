import { z } from 'zod'
import { angle } from '../../stats/index.ts'
import { formatCount } from '../../text/format.ts'
import type { EvidenceStore } from '../store/evidence-store.ts'
import { countless, evidenceIn, runLength } from './change.ts'
import { type Detector, isLearning, toleranceOf } from './detector.ts'
import { type DriftWatchState, driftEventSchema, driftName, loadDrift } from './drift-state.ts'
import { limitText, valueText } from './signal-words.ts'
import { driftSignals, type Signal, signals } from './signals.ts'
import { daysKnown, daysToKnow } from './week.ts'
import { fitWeek } from './week-fit.ts'

/** The state of one signal. Shares are in [0,1]; null if not enough is known. */
const signalDriftSchema = z.object({
  signal: z.enum(driftSignals),
  /** `level`: no alarms yet; `week`: alarms for large changes only, since it is not known yet how weekdays differ. */
  phase: z.enum(['level', 'week', 'watching']),
  /** Start of learning the present level, in ms since the epoch. */
  since: z.number(),
  /** Observations since then. */
  seen: z.number(),
  /** Time of the last observation, in ms since the epoch; null where it is not known, or there was none. */
  heardAt: z.number().nullable(),
  /** Known days of the first two weeks, of 14. */
  days: z.object({ known: z.number(), of: z.number() }),
  /** Number of observations of the level. */
  reference: z.number().nullable(),
  /** How far an hour may differ from what is usual in it without being drift. */
  tolerance: z.number().nullable(),
  /**
   * The last 24 complete hours that were seen, which may be long ago: observations, their mean, and what is usual in
   * them.
   */
  lately: z.object({ count: z.number(), mean: z.number(), usual: z.number() }).nullable(),
  /** Log evidence of a change. At the threshold there is an alarm, unless a single day explains it. */
  logR: z.number().nullable(),
  threshold: z.number(),
  /** Smallest mean number of hours between two alarms of this signal while nothing changes. */
  runLength: z.number(),
  words: z.string(),
})

type SignalDrift = z.output<typeof signalDriftSchema>

const driftViewSchema = z.object({
  version: z.string(),
  since: z.number(),
  judgeId: z.string().nullable(),
  servedModels: z.array(z.string()),
  fingerprints: z.array(z.string()),
  signals: z.array(signalDriftSchema),
  events: z.array(driftEventSchema),
})

export type DriftView = z.output<typeof driftViewSchema>

/**
 * The drift watch of a feature's active version; null if nothing was watched yet, or the state is unreadable and begins
 * anew.
 */
export async function readDrift(
  store: Pick<EvidenceStore, 'checkpoint' | 'summary'>,
  feature: string,
): Promise<DriftView | null> {
  const summary = driftViewSchema.safeParse(await store.summary(driftName(feature))).data
  if (summary) return summary
  const loaded = await loadDrift(store, feature)
  return loaded?.state ? driftView(loaded.state) : null
}

/** What a state says to those who look at it. */
export function driftView(state: DriftWatchState): DriftView {
  const { version, since, judgeId, models, fingerprints, detectors, heard, events } = state
  return {
    version,
    since,
    judgeId,
    servedModels: models.names,
    fingerprints: fingerprints.names,
    signals: driftSignals.map((signal) => signalDrift(signal, detectors[signal], heard[signal] ?? null)),
    events,
  }
}

function signalDrift(signal: Signal, detector: Detector, heardAt: number | null): SignalDrift {
  const { since, seen, level, week, change } = detector
  const phase = level === null ? 'level' : isLearning(detector) ? 'week' : 'watching'
  const known = {
    signal,
    phase,
    since,
    seen,
    heardAt,
    days: { known: daysKnown(week), of: daysToKnow },
    reference: level,
    tolerance: level === null ? null : toleranceOf(detector, signals[signal]),
    lately: level === null ? null : latelyIn(detector),
    logR: evidenceIn(change, signals[signal].direction),
    threshold: Math.log(runLength),
    runLength,
  } as const
  return { ...known, words: wordsOf(known, missingOf(known, detector)) }
}

/** Whether the last day lies beyond what is tolerated; without an alarm that is not enough to tell. */
export function isBeyondLimit({ signal, lately, tolerance }: Omit<SignalDrift, 'words'>): boolean {
  if (lately === null || tolerance === null) return false
  const off = lately.mean - lately.usual
  return (signals[signal].direction === 'rise' ? off : Math.abs(off)) > tolerance
}

/** More are not told. */
const mostMissing = 1e9

/**
 * About how many more observations like those of the last day it takes for an alarm; null where that day is within the
 * limit, or has evidence enough, which one day alone may explain.
 */
function missingOf(known: Omit<SignalDrift, 'words'>, { week }: Detector): number | null {
  const { signal, lately, tolerance, logR, threshold } = known
  const fit = fitWeek(week, signals[signal].leastSpread)
  const lacking = threshold - Math.max(0, logR ?? 0)
  if (!isBeyondLimit(known) || lately === null || fit === undefined || lacking <= 0) return null
  const { mean, usual } = lately
  const limit = usual + (mean < usual ? -1 : 1) * (tolerance ?? 0)
  const off = angle(mean, countless) - angle(limit, countless)
  const needed = (2 * lacking * fit.spread * fit.daily) / off ** 2
  return Math.ceil(Number(Math.min(mostMissing, Math.max(1, needed)).toPrecision(2)))
}

function latelyIn({ change: { hours } }: Detector): SignalDrift['lately'] {
  const last = hours.at(-1)?.[0] ?? 0
  const recent = hours.filter(([hour]) => hour > last - 24)
  const count = recent.reduce((sum, [, each]) => sum + each, 0)
  if (count === 0) return null
  return {
    count,
    mean: recent.reduce((sum, [, each, mean]) => sum + each * mean, 0) / count,
    usual: recent.reduce((sum, [, each, , usual]) => sum + each * usual, 0) / count,
  }
}

function wordsOf(known: Omit<SignalDrift, 'words'>, missing: number | null): string {
  const { signal, phase, days, tolerance, lately } = known
  const now = lately ? `${valueText(signal, lately)}${isBeyondLimit(known) ? beyondText(missing) : ''}; ` : ''
  if (phase === 'level') return 'learning its level, for two days at the least: no alarms until then'
  const limit = (than: 'more' | 'less') => limitText(signal, than, tolerance ?? 0)
  if (phase === 'week') return `${now}learning, ${days.known} of ${days.of} days known: ${limit('less')} raise no alarm`
  return `${now}watching for ${limit('more')}`
}

function beyondText(missing: number | null): string {
  if (missing === null) return ': more than the limit, which one day alone may explain'
  return `: more than the limit, and too few to tell: about ${formatCount(missing)} more like these are missing`
}
