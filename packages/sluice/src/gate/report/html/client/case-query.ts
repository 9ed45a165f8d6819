import type { CaseReport } from '../../../../records/report/case-report.ts'
import { directionOf } from '../../../verdict/score-change.ts'
import { type CaseRow, changeOf } from '../case-row-data.ts'

export type SortKey = 'id' | 'baselineScore' | 'score' | 'change' | 'latencyMs' | 'costUsd'

/** What the reader wants to see of the cases. */
export interface CaseQuery {
  text: string
  show: 'all' | 'regressed' | 'improved' | 'unscored' | 'critical'
  tag: string
  issue: string
  /** Undefined for the most urgent first. */
  sort: { key: SortKey; descending: boolean } | undefined
}

export const everything: CaseQuery = { text: '', show: 'all', tag: '', issue: '', sort: undefined }

const shows: Record<CaseQuery['show'], (row: CaseRow) => boolean> = {
  all: () => true,
  regressed: (row) => directionOf(changeOf(row)) === 'lower',
  improved: (row) => directionOf(changeOf(row)) === 'higher',
  unscored: (row) => row.score === null,
  critical: (row) => row.critical,
}

/**
 * Indices of the rows that were asked for, in the order that was asked for. `detail` is read only to search in texts.
 * Unless they are sorted by a column, `first` stands before all others.
 */
export function queryCases(
  rows: readonly CaseRow[],
  query: CaseQuery,
  detail: (row: number) => CaseReport | null,
  first?: number,
): number[] {
  const text = query.text.trim().toLowerCase()
  const found = rows.flatMap((row, index) => {
    if (!shows[query.show](row)) return []
    if (query.tag !== '' && !row.tags.includes(query.tag)) return []
    if (query.issue !== '' && !row.issues.some(({ name }) => name === query.issue)) return []
    return text === '' || row.id.toLowerCase().includes(text) || textsOf(detail(index)).includes(text) ? [index] : []
  })
  const rank = (row: number) => (query.sort === undefined && row === first ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b) || order(rows[a], rows[b], query.sort) || a - b)
}

function textsOf(report: CaseReport | null): string {
  if (!report) return ''
  const { tags, input, output, baselineOutput, error, checks, judge } = report
  const texts = [
    ...checks.map(({ name, reason }) => `${name} ${reason}`),
    ...judge.map((item) => `${item.id} ${item.reasoning}`),
  ]
  return [...tags, input, output, baselineOutput, error, ...texts].join('\n').toLowerCase()
}

function order(a: CaseRow | undefined, b: CaseRow | undefined, sort: CaseQuery['sort']): number {
  if (!a || !b) return 0
  if (!sort) return urgency(a) - urgency(b)
  const sign = sort.descending ? -1 : 1
  if (sort.key === 'id') return sign * (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  const value = (row: CaseRow) => (sort.key === 'change' ? changeOf(row) : row[sort.key === 'id' ? 'score' : sort.key])
  const [left, right] = [value(a), value(b)]
  // What is unknown stands last in both directions.
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  return sign * (left - right)
}

const urgency = (row: CaseRow) => (row.score === null ? -100 : Math.min(0, changeOf(row) ?? 0) * 10 + row.score / 10)
