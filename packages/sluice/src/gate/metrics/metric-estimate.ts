import type { VersionRole } from '../../records/report/case-detail.ts'
import {
  type Influence,
  type LinearMetric,
  linearMetric,
  momentsOf,
  type Pair,
  shareDifferenceInterval,
  shareInterval,
} from '../../stats/index.ts'
import type { CheckMeasures, CountedRow, MetricName } from './metric-cases.ts'

/**
 * Fewer cases in a part say nothing of how it varies: no interval, and no test that rests on the spread between them.
 */
export const fewestInPart = 5

/** A metric with what it rests on. */
export interface MetricEstimate {
  name: MetricName
  cases: number
  /** Its cases, each by the share of its answers that were measured. */
  coverage: number
  value: number | null
  baseline: number | null
  /** Why there is no value; null where there is one. */
  undefinedBecause: string | null
  /** Why its cases do not tell how it varies; null where they do. */
  tooFew: string | null
  /** Cases whose weighted mean is the metric, in both versions; without a baseline in the candidate alone. */
  pairs: MetricPair[]
}

interface MetricPair extends Omit<Pair, 'baseline'> {
  id: string
  baseline: Pair['baseline'] | undefined
}

export function estimateMetric(measures: CheckMeasures, name: MetricName, hasBaseline: boolean): MetricEstimate {
  const rows = measures.cases.filter((row) => concerns(row, name.parts))
  const roles: VersionRole[] = hasBaseline ? ['candidate', 'baseline'] : ['candidate']
  const linear = new Map(
    roles.map((role) => [role, linearMetric(countedIn(rows, name.parts, role), name.parts.length)]),
  )
  const [candidate, baseline] = [linear.get('candidate'), linear.get('baseline')]
  return {
    name,
    cases: rows.length,
    coverage: rows.reduce((sum, row) => sum + row.coverage, 0),
    value: candidate?.value ?? null,
    baseline: baseline?.value ?? null,
    undefinedBecause: candidate ? null : whyUndefined(measures, name, rows),
    tooFew: tooFewCases(rows, name.parts),
    pairs: candidate && (baseline || !hasBaseline) ? pairsOf(rows, candidate, baseline) : [],
  }
}

/**
 * Whether a case has a part in a metric at all: of a class it has none where the class is neither expected nor
 * answered.
 */
function concerns({ counts }: CountedRow, parts: readonly string[]): boolean {
  return [...counts.candidate, ...counts.baseline].some((repeat) =>
    parts.some((part) => (repeat.get(part)?.of ?? 0) > 0),
  )
}

function countedIn(rows: readonly CountedRow[], parts: readonly string[], role: VersionRole) {
  return rows.map(({ weight, counts }) => ({
    weight,
    repeats: counts[role].map((repeat) => parts.map((part) => repeat.get(part) ?? { hit: 0, of: 0 })),
  }))
}

/** A macro mean is undefined where one of its classes is: else a class that is never answered would drop out of it. */
function whyUndefined(
  { kind, expected, withoutClaims }: CheckMeasures,
  { name, parts }: MetricName,
  rows: readonly CountedRow[],
): string {
  if (kind === 'claims' && withoutClaims > 0) return 'no answer makes a claim'
  if (kind !== 'label' || parts.length === 0) return 'no case was measured'
  const empty = parts.filter(
    (part) => !rows.some(({ counts }) => counts.candidate.some((repeat) => (repeat.get(part)?.of ?? 0) > 0)),
  )
  const classes = empty.map((part) => part.slice(part.indexOf('.') + 1))
  const quoted = classes.slice(0, 3).map((label) => `"${label}"`)
  const more = classes.length > 3 ? ` and ${classes.length - 3} more` : ''
  const isOccurring = classes.every((label) => expected.has(label))
  if (name.includes('micro-')) return 'no answer names a class'
  return isOccurring
    ? `no answer names the class ${quoted.join(', ')}${more}`
    : `no case expects the class ${quoted.join(', ')}${more}`
}

function tooFewCases(rows: readonly CountedRow[], parts: readonly string[]): string | null {
  for (const part of parts) {
    const own = rows.filter((row) => concerns(row, [part]))
    const clusters = new Set(own.map(({ cluster }, index) => cluster ?? index)).size
    if (clusters >= fewestInPart) continue
    const about = parts.length > 1 ? ` of ${part}` : ''
    return `it rests on ${clusters} independent ${clusters === 1 ? 'case' : 'cases'}${about}; fewer than ${fewestInPart} do not tell how it varies`
  }
  return null
}

/** Weighted by each case's share in the denominators, so that a case of a rare class weighs what it moves. */
function pairsOf(
  rows: readonly CountedRow[],
  candidate: LinearMetric,
  baseline: LinearMetric | undefined,
): MetricPair[] {
  return rows.flatMap(({ id, cluster }, index): MetricPair[] => {
    const [ours, theirs] = [candidate.cases[index], baseline?.cases[index]]
    if (!ours) return []
    const share = theirs ? (ours.share + theirs.share) / 2 : ours.share
    if (!(share > 0)) return []
    const momentsIn = (metric: LinearMetric, influence: readonly number[]) =>
      momentsOf(influence.map((one) => metric.value + one / share))
    const moments = momentsIn(candidate, ours.influence)
    const before = baseline && theirs ? momentsIn(baseline, theirs.influence) : undefined
    return moments && (before || !baseline)
      ? [{ id, cluster, weight: share, candidate: moments, baseline: before }]
      : []
  })
}

interface Interval {
  low: number
  high: number
}

/** The interval of the value and that of the difference, robust to clusters; undefined where the cases do not tell. */
export function metricIntervals(
  { value, baseline, pairs, tooFew }: MetricEstimate,
  confidence: number,
): { value: Interval | undefined; difference: Interval | undefined } {
  if (tooFew !== null || value === null || pairs.length === 0) return { value: undefined, difference: undefined }
  const own = pairs.map((pair): Influence => influenceOf(pair, pair.candidate.mean - value))
  if (baseline === null) return { value: shareInterval(value, own, confidence), difference: undefined }
  const difference = value - baseline
  const paired = pairs.map((pair) => influenceOf(pair, pair.candidate.mean - (pair.baseline?.mean ?? 0) - difference))
  return {
    value: shareInterval(value, own, confidence),
    difference: shareDifferenceInterval(difference, paired, confidence),
  }
}

function influenceOf({ weight, cluster }: MetricPair, distance: number): Influence {
  return { share: weight, influence: weight * distance, cluster }
}
