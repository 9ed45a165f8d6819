import type { MetricReport } from '../../../records/report/feature-metrics.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatAmount } from '../../../text/format.ts'
import { type Cell, columns } from '../../../text/layout.ts'
import { visibleLine } from '../../../text/untrusted.ts'
import { liftRows, liftSentences, liftTitles } from '../metrics/lift-lines.ts'
import {
  confusionRows,
  confusionTitle,
  metricCells,
  metricLines,
  metricNote,
  metricTitles,
} from '../metrics/metric-lines.ts'
import { indented, type Page } from './terminal-page.ts'

const metricsShown = 16
/** A wider table of classes is read in the other reports. */
const classesShown = 8

/** The metrics with their intervals, and for each check of labels the classes that are taken for each other. */
export function terminalMetrics(feature: FeatureSummary, { width, paint }: Page): string[] {
  const { lines, ofClasses } = metricLines(feature)
  if (lines.length === 0) return []
  const isCompared = feature.baseline !== null
  const row = (texts: readonly string[], isHead = false) =>
    texts.map(
      (text, index): Cell => ({
        text: visibleLine(text),
        ...(isHead && { paint: paint.dim }),
        align: index === 0 ? 'left' : 'right',
      }),
    )
  const shown = lines.slice(0, metricsShown)
  const more = ofClasses.length + lines.length - shown.length
  const table = [
    row(metricTitles(isCompared), true),
    ...shown.map((metric) => row([metric.name, ...metricCells(metric, isCompared).slice(0, -1), outcomeOf(metric)])),
  ]
  const confusion = (feature.confusion ?? []).flatMap((one) => {
    if (one.classes.length > classesShown)
      return [`  ${confusionTitle(one)}: ${one.classes.length} classes, in report.html.`]
    const { head, rows } = confusionRows(one)
    const lines = columns([row(head, true), ...rows.map((cells) => row(cells))], width - 2)
    return ['', `  ${visibleLine(confusionTitle(one))}`, ...lines.map((line) => `  ${line}`)]
  })
  return [
    ...columns(table, width - 2).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${formatAmount(more, 'further metric')}, in report.json`] : []),
    ...indented(metricNote(feature), '  ', width),
    ...confusion,
  ]
}

/** What files of a workspace add, and where they harm. */
export function terminalLift(feature: FeatureSummary, { width, paint }: Page): string[] {
  if (!feature.lift) return []
  const rows = liftRows(feature.lift)
  const cell = (text: string, index: number): Cell => ({ text, align: index === 0 ? 'left' : 'right' })
  const head = liftTitles(feature.lift).map((text, index): Cell => ({ ...cell(text, index), paint: paint.dim }))
  const table = rows.length === 0 ? [] : columns([head, ...rows.map((row) => row.map(cell))], width - 2)
  return [...table.map((line) => `  ${line}`), ...liftSentences(feature).flatMap((text) => indented(text, '  ', width))]
}

/** The reasons of the run say the rest. */
function outcomeOf(metric: MetricReport): string {
  return metric.undefined === null ? (metric.gate?.verdict ?? '') : 'undefined'
}
