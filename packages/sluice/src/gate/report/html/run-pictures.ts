import { axisLabels, axisOf } from '../../../charts/axis.ts'
import { logScale } from '../../../charts/scale.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatDuration, formatUsd } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { cacheLine, costLine, latencyLine } from '../sentences.ts'

const bins = 40
const height = 64

/** How long the candidate's answers took, on a logarithmic axis. Undefined with fewer than two latencies. */
export function latencyPicture(feature: FeatureSummary, latencies: readonly number[]): Html | undefined {
  const known = latencies.filter((ms) => ms > 0)
  if (known.length < 2) return undefined
  const shortTime = (ms: number) => formatDuration(ms).replace('.0', '')
  const axis = axisOf(logScale({ values: known, room: 0.05, wanted: 6, label: shortTime }))
  const counts = new Array<number>(bins).fill(0)
  for (const value of known) {
    const bin = Math.min(bins - 1, Math.floor(axis.place(value) * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const highest = Math.max(...counts)
  const bars = counts.map((count, bin) => {
    if (count === 0) return html``
    const size = Math.max(1.5, (count / highest) * height)
    return html`<rect class="candidate" x="${((bin + 0.08) / bins) * 100}%" y="${(18 + height - size).toFixed(1)}" width="${84 / bins}%" height="${size.toFixed(1)}"/>`
  })
  const { p50Ms, p95Ms } = feature.latency
  const mark = (name: string, ms: number | null, anchor: string, dx: number) =>
    ms === null || ms < axis.low || ms > axis.high
      ? undefined
      : html`<line class="margin" x1="${axis.at(ms)}" x2="${axis.at(ms)}" y1="14" y2="${18 + height}"/>
        <text class="label" x="${axis.at(ms)}" dx="${dx}" y="10" text-anchor="${anchor}">${name} ${formatDuration(ms)}</text>`
  return html`<svg class="picture" width="100%" height="${height + 40}" role="img" aria-label="Latency: ${latencyLine(feature) ?? 'unknown'}">
    ${bars}<line class="zero" x1="0" x2="100%" y1="${18 + height}" y2="${18 + height}"/>
    ${mark('p50', p50Ms, 'end', -3)}${mark('p95', p95Ms, 'start', 3)}
    ${axisLabels(axis, height + 34)}
  </svg>`
}

/** What was paid for answers and for the judge. Undefined if nothing is known of it. */
export function costPicture(feature: FeatureSummary): Html | undefined {
  const { generationUsd, judgeUsd, usd } = feature.cost
  const line = costLine(feature)
  if (line === undefined) return undefined
  const parts =
    usd === null || usd === 0 || generationUsd === null || judgeUsd === null
      ? undefined
      : html`<svg class="picture" width="100%" height="18" role="img" aria-label="Answers ${formatUsd(generationUsd)}, judge ${formatUsd(judgeUsd)}">
          <rect class="candidate" x="0" y="0" width="${(generationUsd / usd) * 100}%" height="18"/>
          <rect class="judge" x="${(generationUsd / usd) * 100}%" y="0" width="${(judgeUsd / usd) * 100}%" height="18"/></svg>
        <p class="key"><span class="candidate">answers</span> <span class="judge">judge</span></p>`
  const cache = cacheLine(feature)
  return html`${parts}<p>Cost: ${line}.</p>${cache === undefined ? undefined : html`<p class="muted">${cache}.</p>`}`
}
