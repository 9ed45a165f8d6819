import type { ConfusionTable, MetricReport } from '../../records/report/feature-metrics.ts'
import { formatAmount } from '../../text/format.ts'
import type { CaseScores } from '../run/score-table.ts'
import { type CheckMeasures, checkMeasures } from './metric-cases.ts'
import { estimateMetric, metricIntervals } from './metric-estimate.ts'

export interface MetricResults {
  metrics: MetricReport[]
  confusion: ConfusionTable[]
  /** What a reader must know of them. */
  notes: string[]
}

/** With more classes the means are reported, and no class by itself. */
const mostClasses = 50

/** The metrics of a run with their intervals; undefined where nothing measures. */
export function metricResults(
  cases: readonly CaseScores[],
  { confidence, hasBaseline }: { confidence: number; hasBaseline: boolean },
): MetricResults | undefined {
  const checks = checkMeasures(cases, hasBaseline)
  if (checks.length === 0) return undefined
  return {
    metrics: checks.flatMap((measures) =>
      measures.metrics
        .filter(({ label }) => label === null || measures.classes.length <= mostClasses)
        .map((name) => reported(measures, estimateMetric(measures, name, hasBaseline), confidence)),
    ),
    confusion: checks
      .filter(({ kind, classes }) => kind === 'label' && classes.length <= mostClasses)
      .map((one) => confusionOf(one, cases)),
    notes: checks.flatMap(notesOf),
  }
}

function reported(
  { check, missing }: CheckMeasures,
  estimate: ReturnType<typeof estimateMetric>,
  confidence: number,
): MetricReport {
  const { name, cases, value, baseline, undefinedBecause } = estimate
  const { value: own, difference } = metricIntervals(estimate, confidence)
  return {
    ...{ name: name.name, check, cases, missing, value },
    ciLow: own?.low ?? null,
    ciHigh: own?.high ?? null,
    baseline,
    difference: value === null || baseline === null ? null : value - baseline,
    differenceLow: difference?.low ?? null,
    differenceHigh: difference?.high ?? null,
    undefined: undefinedBecause,
  }
}

function confusionOf({ check, classes }: CheckMeasures, cases: readonly CaseScores[]): ConfusionTable {
  const rows = new Map(classes.map((label) => [label, { got: classes.map(() => 0), unknown: 0 }]))
  const columns = new Map(classes.map((label, index) => [label, index]))
  for (const { measured } of cases) {
    for (const found of measured?.candidate.flatMap((repeat) => repeat ?? []) ?? []) {
      if (found.check !== check || found.measured.kind !== 'label') continue
      const { expected, got } = found.measured
      const row = rows.get(expected)
      const column = got === null ? undefined : columns.get(got)
      if (!row) continue
      if (column === undefined) row.unknown += 1
      else row.got[column] = (row.got[column] ?? 0) + 1
    }
  }
  return { check, classes, rows: [...rows].map(([expected, row]) => ({ expected, ...row })) }
}

function notesOf({ check, kind, classes, expected, missing, withDuplicates, withoutClaims }: CheckMeasures): string[] {
  const named = check === kind ? kind : `${kind} ${check}`
  const never = classes.filter((label) => !expected.has(label))
  const quoted = never.slice(0, 5).map((label) => `"${label}"`)
  const more = never.length > 5 ? ` and ${never.length - 5} more` : ''
  return [
    ...(never.length === 0
      ? []
      : [
          `No case expects the ${never.length === 1 ? 'class' : 'classes'} ${quoted.join(', ')}${more}: recall and F1 of ${never.length === 1 ? 'it are' : 'them are'} undefined, and the means over classes leave ${never.length === 1 ? 'it' : 'them'} out.`,
        ]),
    ...(classes.length > mostClasses && kind === 'label'
      ? [`The check ${named} has ${classes.length} classes: the means are reported, and no class by itself.`]
      : []),
    ...(withDuplicates === 0
      ? []
      : [
          `${formatAmount(withDuplicates, 'answer')} retrieved a document more than once; each document counts once, at its first rank.`,
        ]),
    ...(withoutClaims === 0
      ? []
      : [
          `${formatAmount(withoutClaims, 'answer')} of the candidate ${withoutClaims === 1 ? 'makes' : 'make'} no claim, as the judge says: unsupported and contradicted are undefined there, and neither 0 nor 1.`,
        ]),
    ...(missing === 0
      ? []
      : [
          `${formatAmount(missing, 'case')} ${missing === 1 ? 'has' : 'have'} nothing measured by ${named}; the metrics leave ${missing === 1 ? 'it' : 'them'} out, and do not count ${missing === 1 ? 'it' : 'them'} as 0.`,
        ]),
  ]
}
