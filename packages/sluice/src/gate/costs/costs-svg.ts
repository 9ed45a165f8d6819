import { chartFile } from '../../charts/chart.ts'
import { linearScale, timeScale } from '../../charts/scale.ts'
import type { ChartPoint, Series, Tone } from '../../charts/series.ts'
import type { SpendingRow } from '../../core/answers/spending.ts'
import { formatUsd } from '../../text/format.ts'
import type { CostReport } from './summarize-costs.ts'

const tones: readonly Tone[] = ['one', 'two', 'three', 'four', 'five', 'six']

/** USD per day as stacked bars, one tone per command. Days without spending are gaps of the axis, not left out. */
export function costsSvg({ rows, byCommand, total, from, to }: CostReport): string {
  // The height at which the next command of a day stands.
  const heights = new Map<string, number>()
  const series = byCommand.map(({ name }, order): Series => {
    const own = Map.groupBy(
      rows.filter(({ command }) => command === name),
      ({ day }) => day,
    )
    const points = [...own].map(([day, paid]): ChartPoint => {
      const [low, usd] = [heights.get(day) ?? 0, sum(paid)]
      heights.set(day, low + usd)
      return { x: Date.parse(day), y: low + usd, low, says: `${day} ${name}: ${formatUsd(usd)}` }
    })
    const tone = tones[order] ?? 'muted'
    return { name, tone, draw: 'bars', points: points.sort((a, b) => a.x - b.x) }
  })
  return chartFile({
    title: 'What evaluation cost per day, by command',
    description: from === null || to === null ? 'Nothing was paid.' : `${formatUsd(total.usd)} from ${from} to ${to}.`,
    x: timeScale({ values: rows.map(({ day }) => Date.parse(day)), room: 0.05 }),
    panels: [{ name: 'USD', y: linearScale({ values: [0, ...heights.values()], least: 0 }), height: 180, series }],
  })
}

const sum = (rows: readonly SpendingRow[]) => rows.reduce((total, { usd }) => total + usd, 0)
