import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Report } from '../../records/report/report.ts'
import { readReport } from '../report/report-file.ts'
import { storedRuns } from '../report/stored-runs.ts'
import { measuredOfAnswer } from '../run/measuring-checks.ts'
import { keptRows, type ResultRow } from '../run/results.ts'
import { createScoreTable, type ScoreTable } from '../run/score-table.ts'

/** The scores of an earlier run of a feature, with every detail that was kept. */
export interface KeptRun {
  runId: string
  /** ISO 8601, UTC. */
  startedAt: string
  feature: Report['features'][number]
  table: ScoreTable
  /** The rows by their position in the table. */
  rows: ResultRow[]
  hasBaseline: boolean
}

/**
 * The last run of a feature in this suite that shows how answers to one case vary; else the last one at all. Undefined
 * where none is kept. A run of another suite has other cases, and is passed over.
 */
export async function lastMeasuredRun(
  root: string,
  database: ProjectDatabase,
  { feature, suite }: { feature: string; suite: readonly Case[] },
): Promise<KeptRun | undefined> {
  let last: KeptRun | undefined
  const byId = new Map(suite.map((testCase) => [testCase.id, testCase]))
  for (const { file } of await storedRuns(root)) {
    const run = runOf(await readReport(file), feature, database, byId)
    if (!run) continue
    if (run.table.cases.some(({ candidate }) => candidate.length > 1)) return run
    last ??= run
  }
  return last
}

function runOf(
  { runId, startedAt, features }: Report,
  name: string,
  database: ProjectDatabase,
  suite: ReadonlyMap<string, Case>,
): KeptRun | undefined {
  const feature = features.find((each) => each.feature === name)
  if (!feature) return undefined
  const known = feature.cases.filter(({ id }) => suite.has(id)).length
  if (known * 2 < Math.max(suite.size, feature.cases.length)) return undefined
  const table = createScoreTable()
  const places = new Map<number, number>()
  for (const [position, { id, tags, weight }] of feature.cases.entries()) {
    const testCase = suite.get(id)
    if (!testCase) continue
    table.add(places.size, { ...testCase, tags, weight })
    places.set(position, places.size)
  }
  const rows: ResultRow[] = []
  for (const row of keptRows(database, runId, name)) {
    const position = places.get(row.position)
    if (position !== undefined) rows.push({ ...row, position })
  }
  for (const { position, role, repeat, detail } of rows) {
    table.record(position, role, repeat, detail.state, detail.score, { measured: measuredOfAnswer(detail) })
  }
  if (!rows.some(({ detail }) => detail.score !== undefined)) return undefined
  return { runId, startedAt, feature, table, rows, hasBaseline: rows.some(({ role }) => role === 'baseline') }
}
