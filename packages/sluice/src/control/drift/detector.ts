import { z } from 'zod'
import { dayMs, hourMs } from '../../time-units.ts'
import { type Change, changeIn, changeSchema, type Direction, newChange, noteHour, seenHours } from './change.ts'
import { movedBy, updateWeek } from './update-week.ts'
import { daysKnown, daysToKnow, hoursOfWeek, newWeek, type SeenHour, weekSchema } from './week.ts'
import { expectedIn, fitWeek, type WeekFit } from './week-fit.ts'

/** How a signal is watched; see `signals`. */
export interface Watched {
  /** A level needs at least this many observations, or some in as many hours as a week has. */
  reference: number
  /**
   * `share`: observations are in [0,1] and used unchanged. `quantile`: an observation counts as 1 if it is above this
   * quantile of a sample, else as 0, so units and outliers do not matter.
   */
  scale: 'share' | { quantile: number }
  direction: Direction
  /** Deviations that are no drift, as shares; `weekTolerance` counts while it is not known how weekdays differ. */
  leastTolerance: number
  weekTolerance: number
  /** Least variance of an observation, as a multiple of mean (1 - mean); 1 if observations are 0 or 1. */
  leastSpread: number
  /** Sizes of change to detect, as shares. */
  sizes: readonly number[]
}

const sampleMs = dayMs
/** Number of hours for a level. */
const levelHours = 48
/** How many hours are checked for a change before they count as usual: while the week is learnt, and afterwards. */
const learningHours = 24
const watchedHours = hoursOfWeek
/** Uncertainty of the level, in standard errors, that is not drift. */
const standardErrors = 2

const mostValues = 1000

const sampleSchema = z.strictObject({ seen: z.int(), every: z.int(), values: z.array(z.number()) })

export const detectorSchema = z.strictObject({
  /** Start of learning the present level, in ms since the epoch. */
  since: z.number(),
  /** Observations since then. */
  seen: z.int(),
  /** The sample for a quantile, until there is a cut. */
  sample: sampleSchema.nullable(),
  /** The value above which an observation counts as 1; null if observations are used unchanged. */
  cut: z.number().nullable(),
  week: weekSchema,
  /** Number of observations of the level; null while it is learnt. */
  level: z.int().nullable(),
  /** The last hour that counts as usual, in hours since the epoch; -1 before the first. */
  believed: z.int(),
  change: changeSchema,
  /** The present hour, the number of its observations, and their sum. */
  open: z.tuple([z.int(), z.int(), z.number()]).nullable(),
})

/** Learns what is usual in each hour of the week, then watches for a change. JSON of bounded size. */
export type Detector = z.output<typeof detectorSchema>

export function newDetector(since: number, { scale }: Pick<Watched, 'scale'>): Detector {
  const sample = scale === 'share' ? null : newSample()
  return {
    since,
    seen: 0,
    sample,
    cut: null,
    week: newWeek(),
    level: null,
    believed: -1,
    change: newChange(),
    open: null,
  }
}

/** Learns the level anew, and keeps what is known of the week. */
export function relearn({ week }: Detector, since: number, watched: Pick<Watched, 'scale'>): Detector {
  return { ...newDetector(since, watched), week }
}

/** Adds an observation, in place, and returns a change that the hours before it prove. */
export function observeWith(detector: Detector, value: number, at: number, watched: Watched): Change | undefined {
  const { sample, open } = detector
  detector.seen += 1
  if (sample) {
    addToSample(sample, value)
    if (watched.scale === 'share' || sample.seen < watched.reference || at - detector.since < sampleMs) return undefined
    detector.cut = quantileOf(sample, watched.scale.quantile)
    detector.sample = null
    return undefined
  }
  const hour = Math.floor(at / hourMs)
  const isOver = open !== null && hour > open[0]
  const found = isOver
    ? endHour(detector, { hour: open[0], count: open[1], mean: open[2] / open[1] }, watched)
    : undefined
  const [present, count, sum] = isOver || !open ? [hour, 0, 0] : open
  detector.open = [present, count + 1, sum + shareOf(value, detector.cut)]
  return found
}

function shareOf(value: number, cut: number | null): number {
  return cut === null ? value : value > cut ? 1 : 0
}

function endHour(detector: Detector, seen: SeenHour, watched: Watched): Change | undefined {
  const fit = fitWeek(detector.week, watched.leastSpread)
  const expected = fit && expectedIn(fit, seen.hour, seen.count)
  const tolerance = toleranceOf(detector, watched, fit)
  if (detector.level === null || !fit) {
    noteHour(detector.change, seen, expected)
    const hours = seen.hour + 1 - detector.since / hourMs
    if (hours >= levelHours) findLevel(detector, watched, fit)
    return undefined
  }
  const design = { fit, tolerance, isLearning: isLearning(detector), ...watched }
  noteHour(detector.change, seen, expected, design)
  const old = seen.hour - (isLearning(detector) ? learningHours : watchedHours)
  for (const { seen: before } of seenHours(detector.change.hours))
    if (before.hour <= old && before.hour > detector.believed) addHour(detector, before, watched, fit)
  detector.change.hours = detector.change.hours.filter(([hour]) => hour > seen.hour - watchedHours)
  return changeIn(detector.change, design)
}

/** Whether it is not known yet how weekdays differ. */
export function isLearning({ week }: Detector): boolean {
  return daysKnown(week) < daysToKnow
}

function addHour(detector: Detector, seen: SeenHour, watched: Watched, fit: WeekFit): void {
  updateWeek(detector.week, fit, seen, isLearning(detector) ? watched.weekTolerance : 0)
  detector.believed = seen.hour
  detector.level = (detector.level ?? 0) + seen.count
}

/** Computes the level from the hours since learning began, given what is known of the week. */
function findLevel(detector: Detector, watched: Watched, fit: WeekFit | undefined): void {
  const hours = seenHours(detector.change.hours)
  const count = hours.reduce((sum, { seen }) => sum + seen.count, 0)
  if (count < watched.reference && hours.length < watchedHours) return
  const by = hours.reduce((sum, { seen, usual }) => sum + seen.count * (seen.mean - usual), 0) / count
  if (fit) detector.week = movedBy(detector.week, by)
  const now = fitWeek(detector.week, watched.leastSpread)
  for (const { seen } of hours) updateWeek(detector.week, now, seen, watched.weekTolerance)
  detector.believed = hours.at(-1)?.seen.hour ?? -1
  detector.change = newChange()
  detector.level = count
}

/** How far an hour may differ from what is usual without being drift. */
export function toleranceOf(
  detector: Detector,
  watched: Watched,
  fit = fitWeek(detector.week, watched.leastSpread),
): number {
  const least = isLearning(detector) ? watched.weekTolerance : watched.leastTolerance
  if (!fit || !detector.level) return least
  const { level, spread, daily } = fit
  return Math.max(least, standardErrors * Math.sqrt((spread * daily * level * (1 - level)) / detector.level))
}

/** A regular sample: one of every so many observations. */
type Sample = z.output<typeof sampleSchema>

function newSample(): Sample {
  return { seen: 0, every: 1, values: [] }
}

/** Adds an observation, in place. */
function addToSample(sample: Sample, value: number): void {
  if (sample.seen % sample.every === 0) sample.values.push(value)
  sample.seen += 1
  if (sample.values.length < mostValues) return
  sample.values = sample.values.filter((_, index) => index % 2 === 0)
  sample.every *= 2
}

function quantileOf({ values }: Sample, q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
