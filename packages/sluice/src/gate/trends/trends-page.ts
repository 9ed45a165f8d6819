import { chartFile } from '../../charts/chart.ts'
import { chartFigure } from '../../charts/numbers-table.ts'
import { chartStyle } from '../../charts/style.ts'
import { formatAmount, formatScore } from '../../text/format.ts'
import { type Html, html, trusted } from '../../text/markup.ts'
import { documentHead, plainTone } from '../report/html/page.ts'
import { pageAssets } from '../report/html/page-assets.ts'
import type { StoredFeature, Trends } from './read-trends.ts'
import { flipPanelName, scoresChart, trendChart } from './trend-chart.ts'
import { countLine, trendNotes } from './trend-lines.ts'

/** The trends as one page that loads nothing, made by a command at a time in ms since the epoch. */
export async function trendsPage(
  { features, unreadable }: Trends,
  { now, repeat }: { now: number; repeat: string },
): Promise<string> {
  const { script, style } = await pageAssets()
  const assets = { script, style: `${style}${chartStyle}` }
  const at = new Date(now).toISOString()
  const about = html`<p><b>Sluice</b> <span>trends</span> <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time></p>`
  const page = html`${documentHead({ title: 'Trends', color: plainTone, about }, assets)}
<section class="feature">
  <h1 class="verdict-title"><span class="name">Trends of ${formatAmount(features.length, 'feature')}</span></h1>
  <p class="headline">What nights and runs measured, as it is stored. A trend is no verdict: sluice gate and sluice nightly decide.</p>
  ${unreadable.length === 0 ? undefined : html`<ul class="reasons run-findings">${unreadable.map((text) => html`<li>${text}</li>`)}</ul>`}
</section>
${features.map(featureSection)}
</main>
<footer><p>To repeat it: <code>${repeat}</code></p></footer>
<script>${trusted(assets.script)}</script>
</body>
</html>
`
  return page.markup
}

function featureSection(feature: StoredFeature): Html {
  const notes = trendNotes(feature)
  const chart = trendChart(feature)
  const words = {
    x: (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' '),
    y: (value: number, panel: string) =>
      panel === 'score' ? formatScore(value) : String(Number(value.toPrecision(3))),
  }
  const { verdict } = feature.points.at(-1) ?? {}
  return html`<section class="feature ${verdict ?? 'scored'}">
  <h2 class="verdict-title">${feature.feature}</h2>
  <p class="headline">${countLine(feature)}</p>
  ${notes.length === 0 ? undefined : html`<ul class="reasons">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
  ${chartFigure(chart, words)}
  ${chart.panels.some(({ name }) => name === flipPanelName) ? html`<p class="muted">Flips: the share of the judge's verdicts that differ where it judged the same text twice.</p>` : undefined}
</section>`
}

/** The picture for a comment: of one feature all that is known, of several their scores. */
export function trendsSvg({ features }: Trends): string {
  const [first, ...others] = features
  return chartFile(first && others.length === 0 ? trendChart(first) : scoresChart(features))
}
