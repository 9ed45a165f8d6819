import type { ScoreRow } from '../core/suite/scores-file.ts'
import type { CaseDetail, VersionRole } from '../records/report/case-detail.ts'
import type { ResultRow } from './run/results.ts'
import { type CaseScores, createScoreTable } from './run/score-table.ts'

/** One score, wherever it was read. */
export type GivenScore = Omit<ScoreRow, 'line'>

/** Two files of scores, brought along from another tool, joined by case id. */
export interface JoinedScores {
  cases: CaseScores[]
  rows: ResultRow[]
  /** Most repeats of a case. */
  repeats: number
  /** Ids that only one of the files has. */
  unpaired: Record<VersionRole, string[]>
}

/** Joins by id. A case that one file lacks has no score there: it is reported, and it lowers the coverage. */
export function joinScores(candidate: readonly GivenScore[], baseline: readonly GivenScore[]): JoinedScores {
  const table = createScoreTable()
  const positions = new Map<string, number>()
  for (const row of [...candidate, ...baseline]) {
    if (positions.has(row.id)) continue
    positions.set(row.id, positions.size)
    table.add(positions.size - 1, row)
  }
  const rows: ResultRow[] = []
  const record = (role: VersionRole, row: GivenScore) => {
    const position = positions.get(row.id) ?? 0
    const detail = detailOf(row)
    table.record(position, role, row.repeat, detail.state, detail.score)
    rows.push({ position, role, repeat: row.repeat, detail })
  }
  for (const row of candidate) record('candidate', row)
  for (const row of baseline) record('baseline', row)
  const only = (role: VersionRole) => table.cases.filter((row) => row[role].length === 0).map(({ id }) => id)
  const unpaired = { candidate: only('baseline'), baseline: only('candidate') }
  for (const row of table.cases) {
    if (row.candidate.length === 0) row.state = 'modelError'
    if (row.baseline.length === 0) row.baselineState = 'modelError'
  }
  rows.sort((a, b) => a.position - b.position || a.role.localeCompare(b.role) || a.repeat - b.repeat)
  const repeats = [...candidate, ...baseline].reduce((most, { repeat }) => Math.max(most, repeat), 1)
  return { cases: table.cases, rows, repeats, unpaired }
}

function detailOf({ score, error, latencyMs, costUsd }: GivenScore): CaseDetail {
  return {
    state: score === undefined ? 'modelError' : 'scored',
    ...(score !== undefined && { score }),
    ...(error !== undefined && { error }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(costUsd !== undefined && { costUsd }),
    checks: [],
    judge: [],
  }
}
