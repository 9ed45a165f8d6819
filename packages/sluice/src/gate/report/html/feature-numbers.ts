import type { CaseReport } from '../../../records/report/case-report.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import type { CasesOf } from '../json-report.ts'
import { changeOf } from './case-row-data.ts'

/** What the pictures of a feature are drawn from, and which of its cases the page holds. */
export interface FeatureNumbers {
  scores: number[]
  baselineScores: number[]
  /** Sorted, the largest drop first. */
  changes: number[]
  latencies: number[]
  cases: number
  /** Positions of the cases that are in the page; undefined for all of them. */
  shown: Set<number> | undefined
  /** Row in the page of the case behind the verdict; undefined where there is none. */
  decidingRow: number | undefined
}

/** Reads every case once and keeps a few numbers of each. Of more than `mostCases` the page gets the most urgent. */
export async function featureNumbers(
  feature: FeatureSummary,
  index: number,
  casesOf: CasesOf,
  mostCases: number,
): Promise<FeatureNumbers> {
  const numbers: FeatureNumbers = {
    scores: [],
    baselineScores: [],
    changes: [],
    latencies: [],
    cases: 0,
    shown: undefined,
    decidingRow: undefined,
  }
  const urgencies: number[] = []
  for await (const row of casesOf(feature, index)) {
    numbers.cases += 1
    const isDeciding = row.id === feature.decidingCase
    if (isDeciding) numbers.decidingRow = numbers.cases - 1
    urgencies.push(isDeciding ? Number.NEGATIVE_INFINITY : urgencyOf(row))
    const change = changeOf(row)
    if (row.score !== null) numbers.scores.push(row.score)
    if (row.baselineScore !== null) numbers.baselineScores.push(row.baselineScore)
    if (change !== null) numbers.changes.push(change)
    if (row.latencyMs !== null) numbers.latencies.push(row.latencyMs)
  }
  numbers.changes.sort((a, b) => a - b)
  if (numbers.cases <= mostCases) return numbers
  const shown = mostUrgent(urgencies, mostCases)
  const { decidingRow } = numbers
  const before = (place: number) => [...shown].filter((position) => position < place).length
  return { ...numbers, shown, decidingRow: decidingRow === undefined ? undefined : before(decidingRow) }
}

/** Lower is more urgent: no score, then the largest drop, then the lowest score. */
function urgencyOf(row: CaseReport): number {
  if (row.score === null) return -Number.MAX_VALUE
  return Math.min(0, (changeOf(row) ?? 0) * row.weight) * 10 + row.score / 10
}

function mostUrgent(urgencies: readonly number[], count: number): Set<number> {
  const order = urgencies.map((urgency, position) => ({ urgency, position }))
  order.sort((a, b) => a.urgency - b.urgency || a.position - b.position)
  return new Set(order.slice(0, count).map(({ position }) => position))
}
