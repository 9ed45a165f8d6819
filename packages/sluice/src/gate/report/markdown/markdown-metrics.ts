import type { MetricReport } from '../../../records/report/feature-metrics.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { formatCount } from '../../../text/format.ts'
import { codeSpan, inlineText } from '../../../text/markdown-escape.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { liftRows, liftSentences, liftTitles } from '../metrics/lift-lines.ts'
import {
  confusionRows,
  confusionTitle,
  metricCells,
  metricLines,
  metricNote,
  metricTitles,
} from '../metrics/metric-lines.ts'
import { collapsed, join, table } from './markdown-parts.ts'

const inView = 10
const shownOfClasses = 60
const classesShown = 20
const nameLength = 80

/** The metrics with their intervals; those of single classes and the confusion tables are folded. */
export function metricTables(feature: FeatureSummary): string {
  const { lines, ofClasses } = metricLines(feature)
  if (lines.length === 0) return ''
  const isCompared = feature.baseline !== null
  const tableOf = (metrics: readonly MetricReport[]) =>
    metrics.length === 0
      ? ''
      : table(
          metricTitles(isCompared),
          isCompared ? '-rrrrr-' : '-rrr-',
          metrics.map((metric) => [
            codeSpan(excerpt(metric.name, nameLength)),
            ...metricCells(metric, isCompared).map((cell) => inlineText(cell)),
          ]),
        )
  const left = lines.length - inView - shownOfClasses
  const folded = [...lines.slice(inView), ...ofClasses].slice(0, shownOfClasses)
  return join([
    tableOf(lines.slice(0, inView)),
    inlineText(metricNote(feature)),
    folded.length === 0
      ? ''
      : collapsed(`${formatCount(folded.length)} more metrics`, [
          tableOf(folded),
          left > 0 ? `And ${left} more, in report.json.` : '',
        ]),
    ...(feature.confusion ?? []).map((one) => {
      if (one.classes.length > classesShown) return ''
      const { head, rows } = confusionRows(one)
      const cells = rows.map(([expected = '', ...counts]) => [codeSpan(expected), ...counts])
      const titles = head.map((label, index) => (index === 0 ? label : inlineText(label)))
      return collapsed(inlineText(confusionTitle(one)), [table(titles, `-${'r'.repeat(head.length - 1)}`, cells)])
    }),
  ])
}

/** What files of a workspace add, and where they harm. */
export function liftTable(feature: FeatureSummary): string {
  const { lift } = feature
  if (!lift) return ''
  const rows = liftRows(lift).map((cells) => cells.map((cell) => inlineText(cell)))
  const titles = liftTitles(lift)
  return join([
    rows.length === 0 ? '' : table(titles, `-${'r'.repeat(titles.length - 1)}`, rows),
    inlineText(liftSentences(feature).join(' ')),
  ])
}
