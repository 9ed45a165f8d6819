import type { SpendingRow } from '../../core/answers/spending.ts'
import { formatUsd } from '../../text/format.ts'
import { htmlText } from '../../text/markdown-escape.ts'
import type { CostReport } from './summarize-costs.ts'

const size = { width: 720, height: 260, left: 70, right: 12, top: 34, bottom: 44 }
const floor = size.height - size.bottom
/** Told apart also by those who cannot see red or green (Okabe and Ito). */
const colors = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#999999']

/** USD per day as stacked bars, one colour per command. Days without spending are gaps of the axis, not left out. */
export function costsSvg(report: CostReport): string {
  const { width, height } = size
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>What evaluation cost per day, by command</title>
${[...legend(report), ...axis(report), ...bars(report)].join('\n')}
</svg>
`
}

function bars({ rows, byCommand, from, to }: CostReport): string[] {
  const days = from === null || to === null ? [] : daysBetween(from, to)
  const most = dearestDay(rows)
  const step = (size.width - size.left - size.right) / Math.max(1, days.length)
  return days.flatMap((day, index) => {
    let bottom = floor
    return byCommand.flatMap(({ name }, order) => {
      const usd = sum(rows.filter((row) => row.day === day && row.command === name))
      if (usd === 0) return []
      const height = (usd / most) * (floor - size.top)
      bottom -= height
      const place = `x="${fixed(size.left + index * step)}" y="${fixed(bottom)}" width="${fixed(Math.max(1, step * 0.8))}" height="${fixed(height)}"`
      return [
        `<rect ${place} fill="${colorOf(order)}"><title>${day} ${htmlText(name)}: ${formatUsd(usd)}</title></rect>`,
      ]
    })
  })
}

function legend({ byCommand }: CostReport): string[] {
  return byCommand.map(({ name }, order) => {
    const x = size.left + order * 110
    return `<rect x="${x}" y="10" width="10" height="10" fill="${colorOf(order)}"/><text x="${x + 15}" y="19">${htmlText(name)}</text>`
  })
}

function axis({ rows, from, to }: CostReport): string[] {
  const right = size.width - size.right
  return [
    `<text x="${size.left - 6}" y="${size.top + 4}" text-anchor="end">${formatUsd(dearestDay(rows))}</text>`,
    `<text x="${size.left - 6}" y="${floor}" text-anchor="end">0</text>`,
    `<line x1="${size.left}" x2="${right}" y1="${floor}" y2="${floor}" stroke="#888"/>`,
    `<text x="${size.left}" y="${floor + 20}">${from ?? ''}</text>`,
    `<text x="${right}" y="${floor + 20}" text-anchor="end">${to ?? ''}</text>`,
  ]
}

function dearestDay(rows: readonly SpendingRow[]): number {
  return Math.max(0, ...[...Map.groupBy(rows, ({ day }) => day).values()].map(sum))
}

function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10))
  }
  return days
}

const sum = (rows: readonly SpendingRow[]) => rows.reduce((total, { usd }) => total + usd, 0)
const colorOf = (order: number) => colors[Math.min(order, colors.length - 1)] ?? '#999999'
const fixed = (value: number) => Number(value.toFixed(2))
