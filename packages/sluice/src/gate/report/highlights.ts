import type { CaseReport } from '../../records/report/case-report.ts'
import { directionOf } from '../verdict/score-change.ts'

/** The cases worth a person's time, worst first, and how many there are in all. */
export interface Highlight {
  cases: CaseReport[]
  total: number
}

export interface Highlights {
  /** The case behind the verdict, which is in no other list; absent where there is none. */
  deciding?: CaseReport
  /** Lower than the baseline; by how much of the mean's loss each of them explains (weight x drop). */
  regressions: Highlight
  /** Below 1, lowest first. */
  lowest: Highlight
  /** Without a score. */
  unscored: Highlight
}

export interface HighlightOptions {
  /** The id of the case behind the verdict. */
  decidingCase?: string | null | undefined
  /** Cases of each kind. */
  limit?: number | undefined
}

/**
 * Watches cases pass by, in any number, and keeps at most `limit` of each kind. The order of arrival has no say.
 */
export function collectHighlights({ decidingCase = null, limit = 5 }: HighlightOptions = {}): {
  add(row: CaseReport): void
  highlights(): Highlights
} {
  const regressions = createTopList<CaseReport>(limit, (a, b) => loss(b) - loss(a) || byWeightAndId(a, b))
  const lowest = createTopList<CaseReport>(limit, (a, b) => (a.score ?? 1) - (b.score ?? 1) || byWeightAndId(a, b))
  const unscored = createTopList<CaseReport>(limit, byWeightAndId)
  let behind: CaseReport | undefined
  return {
    add(row) {
      if (row.id === decidingCase) {
        behind = row
        return
      }
      if (row.score === null) return unscored.add(row)
      if (directionOf(-drop(row)) === 'lower') regressions.add(row)
      if (row.score < 1) lowest.add(row)
    },
    highlights: () => ({
      ...(behind && { deciding: behind }),
      regressions: { cases: regressions.items(), total: regressions.total() },
      lowest: { cases: lowest.items(), total: lowest.total() },
      unscored: { cases: unscored.items(), total: unscored.total() },
    }),
  }
}

/** The highlights of cases that are at hand. */
export function highlightsOf(cases: Iterable<CaseReport>, options?: HighlightOptions): Highlights {
  const collector = collectHighlights(options)
  for (const row of cases) collector.add(row)
  return collector.highlights()
}

const drop = ({ score, baselineScore }: CaseReport) =>
  score === null || baselineScore === null ? 0 : baselineScore - score

const loss = (row: CaseReport) => row.weight * drop(row)

const byWeightAndId = (a: CaseReport, b: CaseReport) => b.weight - a.weight || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Keeps the first `limit` of everything that is added, in the order of `compare`, and forgets the rest. */
interface TopList<T> {
  add(item: T): void
  /** First of the order first. */
  items(): T[]
  /** How many were added in all. */
  total(): number
}

function createTopList<T>(limit: number, compare: (a: T, b: T) => number): TopList<T> {
  const kept: T[] = []
  let total = 0
  return {
    add(item) {
      total += 1
      const last = kept.at(-1)
      if (kept.length === limit && (last === undefined || compare(item, last) >= 0)) return
      const place = kept.findIndex((other) => compare(item, other) < 0)
      kept.splice(place === -1 ? kept.length : place, 0, item)
      if (kept.length > limit) kept.pop()
    },
    items: () => [...kept],
    total: () => total,
  }
}
