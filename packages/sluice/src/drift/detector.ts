import { z } from 'zod'
import { type DriftDesign, driftSR, newDriftState } from '../stats/index.ts'

/** What is watched, and how: see `signals`. */
export interface Watched {
  /** Fewest observations that make a reference. */
  reference: number
  /**
   * `share`: observations are in [0,1] as they are. `quantile`: what counts is whether one is above this quantile of the
   * reference, so that neither units nor outliers matter.
   */
  scale: 'share' | { quantile: number }
  direction: 'drop' | 'rise' | 'both'
  /** Deviations from the reference that are no drift, in shares. */
  leastTolerance: number
  /** Sizes of change that are bet on, in shares. */
  grid: readonly number[]
}

const weights = [0.1, 0.25, 0.3, 0.2, 0.15]
const dayMs = 86_400_000
const mostValues = 1000
/** How far the reference's mean may be off: beyond that is drift. */
const standardErrors = 2
/** Days between false alarms of one detector, at the traffic of its reference. */
const quietDays = 60
const leastRunLength = 10_000

const learningSchema = z.strictObject({
  phase: z.literal('learning'),
  since: z.number(),
  seen: z.int(),
  /** For a share. */
  sum: z.number(),
  squares: z.number(),
  /** For a quantile: a regular sample of what was seen, and every how many observations one was taken. */
  values: z.array(z.number()),
  every: z.int(),
})

const watchingSchema = z.strictObject({
  phase: z.literal('watching'),
  since: z.number(),
  /** Observations in the reference, and the value above which they count; null where they count as they are. */
  reference: z.int(),
  cut: z.number().nullable(),
  mean: z.number(),
  deviation: z.number(),
  tolerance: z.number(),
  /** Observations between false alarms, on average and at the least. */
  runLength: z.number(),
  bets: z.strictObject({ down: z.array(z.number()), up: z.array(z.number()) }),
  /** Observations since, and their sum. */
  seen: z.int(),
  sum: z.number(),
  logR: z.number().nullable(),
})

export const detectorSchema = z.discriminatedUnion('phase', [learningSchema, watchingSchema])

/** Learns what is normal, then watches for a change of it. JSON of bounded size. */
export type Detector = z.output<typeof detectorSchema>
export type Watching = z.output<typeof watchingSchema>

export function newDetector(since: number): Detector {
  return { phase: 'learning', since, seen: 0, sum: 0, squares: 0, values: [], every: 1 }
}

/**
 * Adds an observation. The answer is the detector as it then is; it has alarmed where its log evidence has reached
 * log(run length). A reference spans a day at the least, since nights differ from days.
 */
export function observeWith(detector: Detector, value: number, at: number, watched: Watched): Detector {
  if (detector.phase === 'watching') return bet(detector, value, watched)
  const next = learn(detector, value, watched)
  const enough = next.seen >= watched.reference && at - next.since >= dayMs
  return enough ? watching(next, at, watched) : next
}

export function hasAlarmed(detector: Detector): detector is Watching {
  return detector.phase === 'watching' && (detector.logR ?? 0) >= Math.log(detector.runLength)
}

type Learning = z.output<typeof learningSchema>

function learn(learning: Learning, value: number, { scale }: Watched): Learning {
  const { seen, sum, squares, values, every } = learning
  if (scale === 'share') return { ...learning, seen: seen + 1, sum: sum + value, squares: squares + value ** 2 }
  // Sums of values without a bound would in the end be no numbers any more: of those the sample is enough.
  const next = { ...learning, seen: seen + 1 }
  if (seen % every !== 0) return next
  const taken = [...values, value]
  if (taken.length < mostValues) return { ...next, values: taken }
  return { ...next, values: taken.filter((_, index) => index % 2 === 0), every: every * 2 }
}

function watching(learnt: Learning, at: number, watched: Watched): Watching {
  const { scale } = watched
  const { seen, since } = learnt
  const cut = scale === 'share' ? null : quantile(learnt.values, scale.quantile)
  const { count, sum, squares } = cut === null ? { ...learnt, count: seen } : sharesAbove(learnt.values, cut)
  // Half a success and half a failure more, so that a rate of 0 is not taken for certain.
  const mean = (sum + 0.5) / (count + 1)
  const deviation = Math.sqrt(Math.max(0, (squares + 0.5) / (count + 1) - mean ** 2))
  const tolerance = Math.max(watched.leastTolerance, (standardErrors * deviation) / Math.sqrt(count))
  return {
    phase: 'watching',
    since: at,
    reference: count,
    cut,
    mean,
    deviation: Math.max(deviation, squares === sum ? rateDeviation(mean + tolerance) : 0),
    tolerance,
    runLength: Math.max(leastRunLength, Math.round((quietDays * seen * dayMs) / (at - since))),
    bets: newDriftState(watched),
    seen: 0,
    sum: 0,
    logR: null,
  }
}

/** Of a rate that is as high as is tolerated: bets that go by a rate near 0 would be ruined below it. */
function rateDeviation(rate: number): number {
  return rate < 1 ? Math.sqrt(rate * (1 - rate)) : 0
}

function sharesAbove(values: readonly number[], cut: number) {
  const above = values.filter((value) => value > cut).length
  return { count: values.length, sum: above, squares: above }
}

function bet(detector: Watching, value: number, { grid, direction }: Watched): Watching {
  const share = shareOf(value, detector.cut)
  // A one-sided detector looks for drops; a rise is a drop of the rest.
  const turned = direction === 'rise'
  const design: DriftDesign = {
    mean: turned ? 1 - detector.mean : detector.mean,
    tolerance: detector.tolerance,
    deviation: detector.deviation,
    grid,
    weights,
    twoSided: direction === 'both',
  }
  const bets = structuredClone(detector.bets)
  const logR = driftSR(bets, turned ? 1 - share : share, design)
  return {
    ...detector,
    bets,
    seen: detector.seen + 1,
    sum: detector.sum + share,
    logR: Number.isFinite(logR) ? logR : null,
  }
}

function shareOf(value: number, cut: number | null): number {
  return cut === null ? value : value > cut ? 1 : 0
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
