import type { CaseReport } from '../../../records/report/case-report.ts'
import { findingsOf, marksOf } from '../case-findings.ts'
import type { TraceSection } from '../trace/trace-sections.ts'

/** A case as the page carries it: of what was done on the way to its answers as much as a person reads. */
export type PageCase = Omit<CaseReport, 'trace' | 'baselineTrace'> & { done: TraceSection[] }

/** What the table of cases shows and sorts by; the rest of a case is read when it is opened. */
export interface CaseRow {
  id: string
  state: CaseReport['state']
  score: number | null
  baselineScore: number | null
  tags: string[]
  critical: boolean
  /** What sets it apart from the others, e.g. that it is in quarantine. */
  marks: string[]
  /** Rubric items and checks without the full score; first those that the baseline had. */
  issues: { name: string; lost: boolean }[]
  latencyMs: number | null
  costUsd: number | null
}

export function caseRowOf(report: CaseReport): CaseRow {
  const { id, state, score, baselineScore, tags, critical = false, latencyMs, costUsd } = report
  const issues = findingsOf(report).map(({ name, lost }) => ({ name, lost }))
  return { id, state, score, baselineScore, tags, critical, marks: marksOf(report), issues, latencyMs, costUsd }
}

/** Candidate minus baseline; null without a pair. */
export function changeOf({ score, baselineScore }: Pick<CaseRow, 'score' | 'baselineScore'>): number | null {
  return score === null || baselineScore === null ? null : score - baselineScore
}

/** Indices of the rows that have a pair, the largest drop first, equal changes in the order of the suite. */
export function byChange(rows: readonly Pick<CaseRow, 'score' | 'baselineScore'>[]): number[] {
  return rows
    .flatMap((row, index) => {
      const change = changeOf(row)
      return change === null ? [] : [{ index, change }]
    })
    .sort((a, b) => a.change - b.change || a.index - b.index)
    .map(({ index }) => index)
}
