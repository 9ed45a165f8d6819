import type { TrendNight } from '../../records/report/night-report.ts'
import { formatScore } from '../../text/format.ts'
import { htmlText } from '../../text/markdown-escape.ts'

export interface FeatureTrend {
  feature: string
  trend: readonly TrendNight[]
}

const size = { width: 720, panel: 150, left: 56, right: 16, top: 30, bottom: 24 }
const fill = { pass: '#0072b2', fail: '#d55e00', inconclusive: '#999999' }

/** A panel for each feature: mean, interval and verdict of every night, and the threshold. */
export function trendSvg(features: readonly FeatureTrend[]): string {
  const panels = features.map(({ feature, trend }, index) => panel(feature, trend, index * size.panel))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${Math.max(1, features.length) * size.panel}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>Nightly scores</title>
${panels.join('\n')}
</svg>
`
}

function panel(feature: string, trend: readonly TrendNight[], y: number): string {
  const lowest = Math.min(
    0.5,
    ...trend.flatMap(({ ciLow, mean, threshold }) => [Math.max(0, ciLow ?? mean ?? threshold), threshold]),
  )
  const floor = y + size.panel - size.bottom
  const step = (size.width - size.left - size.right) / Math.max(1, trend.length)
  // The ends of an interval are cut at 0 and 1, since no score lies beyond them.
  const height = (share: number) => placed(Math.min(1, Math.max(lowest, share)))
  const placed = (share: number) => round(floor - ((share - lowest) / (1 - lowest)) * (floor - y - size.top))
  const marks = trend.map((night, index) => mark(night, round(size.left + (index + 0.5) * step), height))
  const thresholds = trend.map(({ threshold }, index) => {
    const x = round(size.left + index * step)
    return `<line x1="${x}" x2="${round(x + step)}" y1="${height(threshold)}" y2="${height(threshold)}" stroke="#999" stroke-dasharray="3 3"/>`
  })
  const labels = [
    `<text x="${size.left}" y="${y + 18}" font-weight="600">${htmlText(feature)}</text>`,
    `<text x="${size.left - 6}" y="${height(1) + 4}" text-anchor="end">1</text>`,
    `<text x="${size.left - 6}" y="${floor + 4}" text-anchor="end">${lowest.toFixed(2)}</text>`,
    `<text x="${size.left}" y="${floor + 18}">${trend[0]?.night ?? ''}</text>`,
    `<text x="${size.width - size.right}" y="${floor + 18}" text-anchor="end">${trend.at(-1)?.night ?? ''}</text>`,
  ]
  return [...thresholds, ...marks, ...labels].join('\n')
}

/** The mark of one night. A failed night differs in shape as well as in colour. */
function mark(
  { night, verdict, mean, ciLow, ciHigh }: TrendNight,
  x: number,
  height: (share: number) => number,
): string {
  if (mean === null) return ''
  const y = height(mean)
  const interval =
    ciLow === null || ciHigh === null
      ? ''
      : `<line x1="${x}" x2="${x}" y1="${height(ciLow)}" y2="${height(ciHigh)}" stroke="${fill[verdict]}" stroke-opacity=".5"/>`
  const shape =
    verdict === 'fail'
      ? `<path d="M${x - 4} ${y - 4}l8 8m0-8l-8 8" stroke="${fill.fail}" stroke-width="2"`
      : `<circle cx="${x}" cy="${y}" r="3" fill="${fill[verdict]}"`
  const end = verdict === 'fail' ? 'path' : 'circle'
  return `${interval}${shape}><title>${night}: ${formatScore(mean)}, ${verdict}</title></${end}>`
}

const round = (value: number) => Number(value.toFixed(1))
