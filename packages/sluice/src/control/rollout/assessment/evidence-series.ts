import { z } from 'zod'
import type { Assessment } from './assessment.ts'

/**
 * How the evidence against a canary went, for people to see: nothing is decided by it. Time is cut into steps from
 * `since` on, and of each step the greatest value is kept. A step without a look has no point.
 */
export const evidenceSeriesSchema = z.strictObject({
  /** When the first look of it was, ms since the epoch. */
  since: z.number(),
  /** Length of a step in ms. It doubles where there would be too many points. */
  stepMs: z.number().positive(),
  /** The names that the values of a point belong to; the first is `all`. */
  names: z.array(z.string()).min(1),
  /** Each is the number of its step, the canary's share in ppm, and a log e-value for each name; null without data. */
  points: z.array(z.array(z.number().nullable())),
})

export type EvidenceSeries = z.output<typeof evidenceSeriesSchema>

/** All signals together, among the names of a series. */
export const together = 'all'

const mostPoints = 128
const firstStepMs = 1000
/** Log e-values are kept within these bounds, to two decimals. */
const bounds = { least: -99, most: 700 }

/** The series with one more look in it. Pure, so that the same looks give the same series. */
export function withPoint(
  before: EvidenceSeries | undefined,
  { logE, signals }: Pick<Assessment, 'logE' | 'signals'>,
  { at, ppm }: { at: number; ppm: number },
): EvidenceSeries {
  const { since, stepMs, names: known, points } = before ?? { since: at, stepMs: firstStepMs, names: [], points: [] }
  const weighted = signals.filter(({ weight }) => weight > 0)
  const seen = new Map<string, number | null>([
    // Without data of any signal the sum is that of a canary that is no worse, which nobody has seen.
    [together, weighted.some((one) => one.logE !== null) ? logE : null],
    ...weighted.map((one) => [one.signal, one.logE] as const),
  ])
  const names = [...new Set([...(known.length > 0 ? known : [together]), ...seen.keys()])]
  const last = points.at(-1)
  // A clock that was set back must not put a look before those that are there.
  const step = Math.max(last?.[0] ?? 0, Math.floor((at - since) / stepMs))
  const point = [step, ppm, ...names.map((name) => kept(seen.get(name) ?? null))]
  const next = last && last[0] === step ? [...points.slice(0, -1), greater(last, point)] : [...points, point]
  return thinned({ since, stepMs, names, points: next })
}

function kept(logE: number | null): number | null {
  if (logE === null || Number.isNaN(logE)) return null
  return Number(Math.min(bounds.most, Math.max(bounds.least, logE)).toFixed(2))
}

/** Two points of one step: the share of the later, and of each value the greater. */
function greater(earlier: readonly (number | null)[], later: readonly (number | null)[]): (number | null)[] {
  return later.map((value, index) => {
    const other = earlier[index] ?? null
    if (index < 2 || other === null) return value
    return value === null ? other : Math.max(value, other)
  })
}

/** Steps are doubled until there are few enough points; no greatest value is lost by it. */
function thinned(series: EvidenceSeries): EvidenceSeries {
  let { stepMs, points } = series
  while (points.length > mostPoints) {
    stepMs *= 2
    const wider: (number | null)[][] = []
    for (const [step, ...values] of points) {
      const point = [Math.floor((step ?? 0) / 2), ...values]
      const last = wider.at(-1)
      if (last && last[0] === point[0]) wider[wider.length - 1] = greater(last, point)
      else wider.push(point)
    }
    points = wider
  }
  return { ...series, stepMs, points }
}

/** A point as it is drawn. */
export interface EvidencePoint {
  /** When its step began, ms since the epoch. */
  at: number
  /** The canary's share. */
  ppm: number
  /** Log e-values by name; null without data. */
  logE: Readonly<Record<string, number | null>>
}

export function evidencePoints({ since, stepMs, names, points }: EvidenceSeries): EvidencePoint[] {
  return points.map(([step, ppm, ...values]) => ({
    at: since + (step ?? 0) * stepMs,
    ppm: ppm ?? 0,
    logE: Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])),
  }))
}

const paceOver = 24
const fewestForPace = 8

/**
 * When the evidence of all signals together reaches `level` (a log e-value), ms since the epoch, if it goes on at the
 * pace of its last points; null where it does not grow, or there are too few.
 */
export function reachesAt(series: EvidenceSeries, level: number): number | null {
  const points = evidencePoints(series)
    .flatMap(({ at, logE }) => (typeof logE[together] === 'number' ? [{ at, logE: logE[together] }] : []))
    .slice(-paceOver)
  const last = points.at(-1)
  if (!last || points.length < fewestForPace) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [middle, usual] = [mean(points.map(({ at }) => at)), mean(points.map(({ logE }) => logE))]
  const spread = mean(points.map(({ at }) => (at - middle) ** 2))
  const pace = mean(points.map(({ at, logE }) => (at - middle) * (logE - usual))) / spread
  return pace > 0 ? last.at + Math.max(0, level - last.logE) / pace : null
}
