import type { TrendNight } from '../../records/report/night-report.ts'
import { formatScore } from '../../text/format.ts'
import type { NightRecord } from './night-record.ts'

/** Nights that a trend shows at most. */
export const nightsShown = 60

export function trendOf(records: readonly NightRecord[]): TrendNight[] {
  return records
    .slice(-nightsShown)
    .map(({ night, verdict, score, version }) => ({ night, verdict, ...score, version }))
}

const steps = '▁▂▃▄▅▆▇█'

/**
 * The means as one character a night, from 0.5 or the lowest mean to 1, and a blank where there is none. Undefined for
 * fewer than two nights.
 */
export function trendLine(trend: readonly TrendNight[]): string | undefined {
  const means = trend.flatMap(({ mean }) => (mean === null ? [] : [mean]))
  const [first, last] = [means[0], means.at(-1)]
  if (first === undefined || last === undefined || means.length < 2) return undefined
  const lowest = Math.min(0.5, ...means)
  const step = (mean: number) =>
    steps[Math.min(steps.length - 1, Math.floor(((mean - lowest) / (1 - lowest)) * steps.length))]
  const line = trend.map(({ mean }) => (mean === null ? ' ' : step(mean))).join('')
  return `Trend over ${trend.length} nights: ${line} ${formatScore(first)} → ${formatScore(last)}.`
}
