import type { ConfusionTable, MetricReport } from '../../../records/report/feature-metrics.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { type Html, html } from '../../../text/markup.ts'
import { liftRows, liftSentences, liftTitles } from '../metrics/lift-lines.ts'
import {
  confusionRows,
  confusionTitle,
  metricCells,
  metricLines,
  metricNote,
  metricTitles,
} from '../metrics/metric-lines.ts'

const metricsShown = 300

/** The metrics with their intervals, those of single classes folded, and a confusion table for each check of labels. */
export function metricTableHtml(feature: FeatureSummary): Html | undefined {
  const { lines, ofClasses } = metricLines(feature)
  if (lines.length === 0) return undefined
  return html`${metricsTable(lines, feature)}<p class="muted scorer-note">${metricNote(feature)}</p>${
    ofClasses.length === 0
      ? undefined
      : html`<details><summary>Each class</summary>${metricsTable(ofClasses.slice(0, metricsShown), feature)}</details>`
  }${(feature.confusion ?? []).map((one) => confusionTable(one, feature))}`
}

function metricsTable(metrics: readonly MetricReport[], { baseline, feature }: FeatureSummary): Html {
  const isCompared = baseline !== null
  const [, ...titles] = metricTitles(isCompared)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Metrics of ${feature}"><table class="scorers">
    <thead><tr><th scope="col">Metric</th>${titles.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
    <tbody>${metrics.map(
      (metric) =>
        html`<tr><th scope="row"><b>${metric.name}</b></th>${metricCells(metric, isCompared).map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
    )}</tbody></table></div>`
}

function confusionTable(confusion: ConfusionTable, { feature }: FeatureSummary): Html {
  const { head, rows } = confusionRows(confusion)
  return html`<details><summary>${confusionTitle(confusion)}</summary><div class="scroll" tabindex="0" role="region" aria-label="ConfusionTable of ${confusion.check} in ${feature}"><table class="scorers">
    <thead><tr>${head.map((name, index) => html`<th scope="col" class="${index === 0 ? '' : 'number'}">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(
      ([expected, ...counts]) =>
        html`<tr><th scope="row">${expected}</th>${counts.map((count) => html`<td class="number">${count}</td>`)}</tr>`,
    )}</tbody></table></div></details>`
}

/** What files of a workspace add, and where they harm. */
export function liftTableHtml(feature: FeatureSummary): Html | undefined {
  const { lift } = feature
  if (!lift) return undefined
  const rows = liftRows(lift)
  const [, ...titles] = liftTitles(lift)
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="Lift and harm in ${feature.feature}"><table class="scorers">
    <thead><tr><th scope="col">With and without</th>${titles.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(
      ([name, ...cells]) =>
        html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
    )}</tbody></table></div>`
  return html`${rows.length === 0 ? undefined : table}<p class="muted scorer-note">${liftSentences(feature).join(' ')}</p>`
}
