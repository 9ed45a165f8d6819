import { type Axis, axisLabels, axisOf } from '../../charts/axis.ts'
import { linearScale } from '../../charts/scale.ts'
import type { MatrixCell, MatrixReport } from '../../records/report/matrix-report.ts'
import { formatChange, formatInterval } from '../../text/format.ts'
import { type Html, html, trusted } from '../../text/markup.ts'
import { documentHead, plainTone } from '../report/html/page.ts'
import { pageAssets } from '../report/html/page-assets.ts'
import {
  captions,
  costSentence,
  incompleteLines,
  matrixLines,
  matrixTitle,
  outcomeText,
  scoreText,
} from './matrix-text.ts'

/** The page of a matrix: one file that loads nothing. */
export async function matrixPage(report: MatrixReport): Promise<string> {
  const assets = await pageAssets()
  const { at, features } = report
  const title = matrixTitle(report)
  const about = html`<p><b>Sluice</b> <span>eval --compare</span> <time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time></p>`
  const notes = [...incompleteLines(report), ...report.notes]
  const page = html`${documentHead({ title, color: plainTone, about }, assets)}
<section class="feature matrix">
  <h1 class="verdict-title"><span class="name">${title}</span></h1>
  ${notes.length === 0 ? undefined : html`<ul class="reasons run-findings">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
  <section class="block"><h2 class="title">Prompts and models</h2>${overview(report)}</section>
  ${forest(report)}
  <ul class="reasons">${captions(report).map((text) => html`<li>${text}</li>`)}</ul>
  ${features.map(({ feature }) => measures(report, feature))}
</section></main>
<footer><p>${costSentence(report)}</p><p>To repeat it: <code>${report.reproduce}</code></p></footer>
<script>${trusted(assets.script)}</script>
</body>
</html>
`
  return page.markup
}

/** Prompts down, models across: the score of each, and how it stands to the reference. */
function overview({ features, models, cells }: MatrixReport): Html {
  const rows = features.map(({ feature }) => {
    const own = models.map((model) => cells.find((cell) => cell.feature === feature && cell.model === model))
    return html`<tr><th scope="row">${feature}</th>${own.map((cell) => html`<td>${cell && overviewCell(cell)}</td>`)}</tr>`
  })
  return scrolling(
    'Prompts and models',
    html`<thead><tr><th scope="col">Prompt</th>${models.map((model) => html`<th scope="col">${model}</th>`)}</tr></thead><tbody>${rows}</tbody>`,
  )
}

function overviewCell(cell: MatrixCell): Html {
  const { score, reference, complete } = cell
  const outcome = outcomeText(cell)
  const mean = complete ? html`<b>${scoreText(cell)}</b>` : html`<span class="muted">${scoreText(cell)}</span>`
  return html`${mean} <small>${formatInterval(score)}</small>
    <span class="outcome-of-cell ${toneOf(cell)}">${reference === null ? ['reference', outcome].filter(Boolean).join(', ') : outcome}</span>`
}

/** A colour stands for a claim; what cannot be told apart has none. */
function toneOf({ difference }: MatrixCell): string {
  if (!difference || difference.outcome === 'undecided') return 'untested'
  return difference.outcome === 'better' ? 'pass' : 'fail'
}

/** Every number of one prompt, a column for each model. */
function measures(report: MatrixReport, feature: string): Html {
  const cells = report.cells.filter((cell) => cell.feature === feature)
  const rows = matrixLines(report).map(
    ({ name, isDetail, of }) =>
      html`<tr class="${isDetail ? 'of-above' : 'measure'}"><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${of(cell)}</td>`)}</tr>`,
  )
  const heads = cells.map(
    ({ model, own }) =>
      html`<th scope="col" class="number">${model}${own ? html` <small>its own</small>` : undefined}</th>`,
  )
  return html`<section class="block"><h2 class="title">${feature}</h2>${scrolling(
    `Measures of ${feature}`,
    html`<thead><tr><th scope="col"><span class="unseen">Measure</span></th>${heads}</tr></thead><tbody>${rows}</tbody>`,
  )}</section>`
}

function scrolling(label: string, rows: Html): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>${rows}</table></div>`
}

const middle = 13

/** The differences with their intervals, below each other on one axis. */
function forest(report: MatrixReport): Html | undefined {
  const compared = report.cells.filter(({ difference }) => difference !== null && difference.mean !== null)
  if (compared.length === 0) return undefined
  const ends = compared.flatMap(({ difference }) => [difference?.mean, difference?.ciLow, difference?.ciHigh])
  const shown = [0, ...ends.filter((end) => typeof end === 'number')]
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  const room = Math.max((high - low) * 0.04, 0.01)
  const axis = axisOf(linearScale({ values: [low - room, high + room], room: 0, wanted: 4, label: formatTick }))
  const rows = compared.map(
    (cell) => html`<tr><th scope="row">${report.features.length > 1 ? `${cell.feature}, ` : ''}${cell.model}</th>
      <td class="forest">${whisker(cell, axis)}</td>
      <td class="number wide">${formatChange(cell.difference?.mean ?? null)}</td>
      <td class="outcome-of-cell ${toneOf(cell)}">${outcomeText(cell)}</td></tr>`,
  )
  return html`<section class="block"><h2 class="title">Difference from the reference</h2><table class="tags">
    <thead><tr><th scope="col">Cell</th><th scope="col" class="forest"><span class="unseen">Interval</span><svg class="picture" width="100%" height="16" aria-hidden="true">${axisLabels(axis, 12, 180)}</svg></th>
    <th scope="col" class="number wide">Mean</th><th scope="col">Result</th></tr></thead><tbody>${rows}</tbody></table></section>`
}

const formatTick = (tick: number) => (tick > 0 ? `+${tick}` : String(tick))

function whisker(cell: MatrixCell, axis: Axis): Html {
  const { mean = null, ciLow = null, ciHigh = null } = cell.difference ?? {}
  const kind = toneOf(cell)
  const label = `${formatChange(mean)} ${formatInterval({ ciLow, ciHigh }, formatChange)}`
  return html`<svg class="picture" width="100%" height="26" role="img" aria-label="${label}"><title>${label}</title>
    <line class="zero" x1="${axis.at(0)}" x2="${axis.at(0)}" y1="0" y2="26"/>
    ${ciLow === null || ciHigh === null ? undefined : html`<line class="${kind}" x1="${axis.at(ciLow)}" x2="${axis.at(ciHigh)}" y1="${middle}" y2="${middle}"/>`}
    ${mean === null ? undefined : html`<circle class="${kind}" cx="${axis.at(mean)}" cy="${middle}" r="4"/>`}</svg>`
}
