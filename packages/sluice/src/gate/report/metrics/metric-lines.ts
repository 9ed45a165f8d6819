import type { ConfusionTable, MetricReport } from '../../../records/report/feature-metrics.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import {
  formatAmount,
  formatChange,
  formatCount,
  formatInterval,
  formatPercent,
  formatScore,
} from '../../../text/format.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { fewestInPart } from '../../metrics/metric-estimate.ts'

/** The metrics of a feature: those that the gate judges, those of all classes together, those of one class. */
export interface MetricLines {
  lines: MetricReport[]
  ofClasses: MetricReport[]
}

export function metricLines({ metrics = [], confusion = [] }: FeatureSummary): MetricLines {
  const ends = [...new Set(confusion.flatMap(({ classes }) => classes.map((label) => `.${label}`)))]
  const isOfClass = ({ name, gate }: MetricReport) => gate === undefined && ends.some((end) => name.endsWith(end))
  const lines = metrics.filter((metric) => !isOfClass(metric))
  return {
    lines: lines.toSorted((a, b) => Number(b.gate !== undefined) - Number(a.gate !== undefined)),
    ofClasses: metrics.filter(isOfClass),
  }
}

export function metricTitles(isCompared: boolean): string[] {
  return isCompared
    ? ['metric', 'cases', 'before', 'now', 'change', 'interval', '']
    : ['metric', 'cases', 'value', 'interval', '']
}

/** The cells after the name: with a baseline the interval is that of the change. A metric without a value says why. */
export function metricCells(metric: MetricReport, isCompared: boolean): string[] {
  const { cases, value, baseline, difference } = metric
  const last = metric.undefined === null ? gateWord(metric) : `undefined: ${excerpt(metric.undefined, 120)}`
  if (!isCompared) return [formatCount(cases), formatScore(value), formatInterval(metric), last]
  const ofChange = formatInterval({ ciLow: metric.differenceLow, ciHigh: metric.differenceHigh }, formatChange)
  return [formatCount(cases), formatScore(baseline), formatScore(value), formatChange(difference), ofChange, last]
}

function gateWord({ gate }: MetricReport): string {
  if (!gate) return ''
  const limits = [
    ...(gate.min === null ? [] : [`at least ${formatScore(gate.min)}`]),
    ...(gate.max === undefined || gate.max === null ? [] : [`at most ${formatScore(gate.max)}`]),
    ...(gate.margin === null ? [] : [`margin ${formatScore(gate.margin)}`]),
  ]
  return `${limits.join(', ')}: ${gate.verdict}`
}

/** What the intervals of the metrics are. */
export function metricNote({ confidence }: FeatureSummary): string {
  return `Intervals of metrics are ${formatPercent(confidence)}, each on its own, for the traffic that the cases stand for; n/a where fewer than ${fewestInPart} cases carry one.`
}

/** The confusion table as rows of text: expected classes down, answered classes across, unknown labels last. */
export function confusionRows({ classes, rows }: ConfusionTable): { head: string[]; rows: string[][] } {
  const name = (label: string) => excerpt(label, 40)
  return {
    head: ['expected', ...classes.map(name), 'unknown'],
    rows: rows.map(({ expected, got, unknown }) => [name(expected), ...got.map(String), String(unknown)]),
  }
}

/** "Answers by class: the check label, 60 answers" */
export function confusionTitle({ check, rows }: ConfusionTable): string {
  const answers = rows.reduce((sum, { got, unknown }) => sum + unknown + got.reduce((a, b) => a + b, 0), 0)
  return `Expected class by answered class (${excerpt(check, 60)}, ${formatAmount(answers, 'answer')} of the candidate)`
}
