import { chartFile } from '../../charts/chart.ts'
import { logScale } from '../../charts/scale.ts'
import type { Series } from '../../charts/series.ts'
import { formatDuration } from '../../text/format.ts'
import { hourMs } from '../../time-units.ts'
import type { CanaryPlan } from './plan-canary.ts'

/** A chart of the hours until a drop is found, by its size: median and 90 % quantile, with logarithmic axes. */
export function planSvg({ drops }: CanaryPlan): string {
  const times = drops.flatMap(({ median, p90 }) => [median?.hours, p90?.hours])
  const sizes = drops.map(({ drop }) => drop)
  const found = times.filter((hours) => hours !== undefined)
  const series = (['median', 'p90'] as const).map((which): Series => {
    const name = which === 'median' ? 'half of them' : '9 of 10'
    const points = drops.map(({ drop, [which]: met }) => ({
      x: drop,
      y: met?.hours ?? null,
      ...(met && { says: `a drop of ${drop}: ${name} after ${formatDuration(met.hours * hourMs)}` }),
    }))
    return {
      name,
      tone: which === 'median' ? 'one' : 'two',
      draw: 'both',
      points: points.toSorted((a, b) => a.x - b.x),
    }
  })
  const x = logScale({ values: sizes })
  return chartFile({
    title: 'Hours until a canary that is worse is rolled back, by the drop of its mean score',
    description: descriptionOf(found),
    x: { ...x, ticks: sizes.toSorted((a, b) => a - b).map((value) => ({ value, label: String(value) })) },
    xName: 'drop of the mean score',
    panels: [{ name: 'hours', y: logScale({ values: [1, ...found] }), height: 240, series }],
  })
}

function descriptionOf(hours: readonly number[]): string {
  if (hours.length === 0) return 'No drop that was planned for is found in time.'
  const [fastest, slowest] = [Math.min(...hours), Math.max(...hours)].map((each) => formatDuration(each * hourMs))
  return `From ${fastest} for the largest drop to ${slowest} for the smallest that is found.`
}
