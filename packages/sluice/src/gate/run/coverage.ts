import type { CaseState, VersionRole } from '../../records/report/case-detail.ts'
import { type CaseScores, scoredRepeats } from './score-table.ts'

/** How many cases ended in each state; together they are `cases`. */
export type Coverage = Record<CaseState, number> & {
  cases: number
  /** Repeats that were asked for, over all cases, and how many of them have a score. */
  answers: number
  answersScored: number
}

/**
 * Counts the states of one version. A case counts once, with the best state that one of its repeats reached.
 * @param missing answers that were asked for and are not among the cases
 */
export function coverageOf(cases: readonly CaseScores[], role: VersionRole, missing = 0): Coverage {
  const coverage: Coverage = {
    cases: cases.length,
    scored: 0,
    checkFailed: 0,
    modelError: 0,
    refused: 0,
    truncated: 0,
    noText: 0,
    judgeError: 0,
    checkError: 0,
    abstained: 0,
    budgetStopped: 0,
    mockMissing: 0,
    simulatorError: 0,
    answers: missing,
    answersScored: 0,
  }
  for (const row of cases) {
    coverage[role === 'candidate' ? row.state : row.baselineState] += 1
    coverage.answers += row[role].length
    coverage.answersScored += scoredRepeats(row[role]).length
  }
  return coverage
}

/** Share of the cases that have a score; undefined for no cases. A failed `must` check is a score of 0, not a gap. */
export function coveredShare({ cases, scored, checkFailed }: Coverage): number | undefined {
  return cases === 0 ? undefined : (scored + checkFailed) / cases
}

/** Share of the repeats that have a score; undefined where nothing was asked. */
export function answeredShare({ answers, answersScored }: Coverage): number | undefined {
  return answers === 0 ? undefined : answersScored / answers
}
