import type { VersionRole } from '../../records/report/case-detail.ts'
import type { PartCount } from '../../stats/index.ts'
import type { CaseScores, NamedMeasured } from '../run/score-table.ts'
import { lessIsBetter, partCounts } from './part-counts.ts'

/** What the metrics need of a case. */
export interface MeasuredCase extends Pick<CaseScores, 'id' | 'weight'> {
  cluster?: string | undefined
  measured?: CaseScores['measured'] | undefined
  measuredBy?: CaseScores['measuredBy'] | undefined
}

/** One metric of one check, and the parts whose ratios it is the mean of. */
export interface MetricName {
  /** The name that `gate.metrics` and the report have for it. */
  name: string
  check: string
  parts: readonly string[]
  /** The class that it is about; null for a number of all. */
  label: string | null
  /** A lower value is the better one. */
  lessIsBetter: boolean
}

/** All that one check measured in a run. */
export interface CheckMeasures {
  check: string
  kind: NamedMeasured['measured']['kind']
  /** Every class that is listed or expected, in order, for a check `label`. */
  classes: string[]
  /** Those of them that some case expects. */
  expected: ReadonlySet<string>
  metrics: MetricName[]
  cases: CountedRow[]
  /** Cases that the check applies to and that have nothing measured of the candidate or, with a baseline, of that. */
  missing: number
  /** Answers of the candidate in which a document came twice. */
  withDuplicates: number
  /** Answers of the candidate that make no claim. */
  withoutClaims: number
}

/** One case with what its repeats add to each part, by version. */
export interface CountedRow {
  id: string
  weight: number
  cluster: string | undefined
  counts: Record<VersionRole, readonly ReadonlyMap<string, PartCount>[]>
  /** The share of its answers that were measured, in (0,1]; with a baseline that of the version that has fewer. */
  coverage: number
}

/**
 * The measurements of a run by check, and the metrics that come of them. With a baseline a case counts in both or in
 * none.
 */
export function checkMeasures(cases: readonly MeasuredCase[], hasBaseline: boolean): CheckMeasures[] {
  const checks = new Map<string, NamedMeasured['measured']['kind']>()
  for (const { check, measured } of allMeasured(cases)) checks.set(check, measured.kind)
  return [...checks].map(([check, kind]) => measuresOf(check, kind, cases, hasBaseline))
}

function* allMeasured(cases: readonly MeasuredCase[], check?: string): Generator<NamedMeasured> {
  for (const { measured } of cases) {
    for (const repeat of [...(measured?.candidate ?? []), ...(measured?.baseline ?? [])]) {
      for (const one of repeat ?? []) if (check === undefined || one.check === check) yield one
    }
  }
}

function measuresOf(
  check: string,
  kind: CheckMeasures['kind'],
  cases: readonly MeasuredCase[],
  hasBaseline: boolean,
): CheckMeasures {
  const listed = new Set<string>()
  const expected = new Set<string>()
  for (const { measured } of allMeasured(cases, check)) {
    if (measured.kind !== 'label') continue
    for (const label of measured.labels ?? []) listed.add(label)
    expected.add(measured.expected)
  }
  const classes = new Set([...listed, ...[...expected].sort()])
  const rows: CountedRow[] = []
  let missing = 0
  let withDuplicates = 0
  let withoutClaims = 0
  const roles: VersionRole[] = hasBaseline ? ['candidate', 'baseline'] : ['candidate']
  for (const { id, weight, cluster, measured, measuredBy = [] } of cases) {
    const own = { candidate: repeatsOf(measured?.candidate, check), baseline: repeatsOf(measured?.baseline, check) }
    withoutClaims += (measured?.candidate ?? []).flatMap((found = []) => found).filter(isWithoutClaims(check)).length
    withDuplicates += own.candidate.flat().filter(hasDuplicates).length
    const coverage = Math.min(...roles.map((role) => own[role].length / Math.max(1, measured?.[role].length ?? 0)))
    if (coverage === 0) {
      if (measuredBy.includes(check) || own.candidate.length + own.baseline.length > 0) missing += 1
      continue
    }
    const counts = {
      candidate: own.candidate.map((found) => summed(found, classes)),
      baseline: own.baseline.map((found) => summed(found, classes)),
    }
    rows.push({ id, weight, cluster, counts, coverage })
  }
  const about = { check, kind, classes: [...classes], expected, cases: rows, missing, withDuplicates, withoutClaims }
  return { ...about, metrics: metricNames(about) }
}

const hasDuplicates = ({ measured }: NamedMeasured) => measured.kind === 'retrieval' && measured.duplicates > 0

/** An answer without claims measures nothing: its shares are undefined, neither 0 nor 1. */
const isWithoutClaims =
  (check: string) =>
  ({ check: own, measured }: NamedMeasured) =>
    own === check && measured.kind === 'claims' && measured.claims === 0

function repeatsOf(repeats: readonly (readonly NamedMeasured[] | undefined)[] = [], check: string): NamedMeasured[][] {
  return repeats
    .map((found = []) => found.filter((one) => one.check === check && !isWithoutClaims(check)(one)))
    .filter((found) => found.length > 0)
}

function summed(found: readonly NamedMeasured[], classes: ReadonlySet<string>): Map<string, PartCount> {
  const sums = new Map<string, PartCount>()
  for (const { measured } of found) {
    for (const [part, { hit, of }] of partCounts(measured, classes)) {
      const sum = sums.get(part) ?? { hit: 0, of: 0 }
      sums.set(part, { hit: sum.hit + hit, of: sum.of + of })
    }
  }
  return sums
}

type Named = Omit<CheckMeasures, 'metrics'>

/**
 * A check that goes by a name of its own has it before its metrics. Means over classes leave out a class that no case
 * expects; it is the same in both versions.
 */
function metricNames({ check, kind, classes, expected, cases }: Named): MetricName[] {
  const prefix = check === kind ? '' : `${check}.`
  const plain = (part: string, label: string | null = null): MetricName => ({
    ...{ name: `${prefix}${part}`, check, parts: [part], label },
    lessIsBetter: kind === 'claims' && lessIsBetter.has(part),
  })
  if (kind === 'claims') return [...lessIsBetter].map((part) => plain(part))
  if (kind !== 'label') return partsIn(cases).map((part) => plain(part))
  const macro = (name: string): MetricName => ({
    ...{ name: `${prefix}${name}`, check, label: null, lessIsBetter: false },
    parts: classes.filter((label) => expected.has(label)).map((label) => `${name}.${label}`),
  })
  return [
    ...[plain('accuracy'), macro('precision'), macro('recall'), macro('f1')],
    ...[plain('micro-precision'), plain('micro-f1')],
    ...classes.flatMap((label) => ['precision', 'recall', 'f1'].map((name) => plain(`${name}.${label}`, label))),
  ]
}

function partsIn(cases: readonly CountedRow[]): string[] {
  const parts = new Set<string>()
  for (const { counts } of cases)
    for (const repeat of counts.candidate) for (const part of repeat.keys()) parts.add(part)
  return [...parts]
}
