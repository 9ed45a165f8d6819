import type { z } from 'zod'
import { openExistingDatabase, type ProjectDatabase } from '../../core/answers/project-database.ts'
import { caseDetailSchema } from '../../records/report/case-detail.ts'
import { readReport } from '../report/report-file.ts'
import { storedRuns } from '../report/stored-runs.ts'
import { keptParts, type ResultPart } from '../run/results.ts'

/** What the kept runs say of one case. */
interface KeptCase {
  /** Scores of every kept answer that has one, of all runs and both versions; an answer counts once. */
  scores: number[]
  /** Answers without a score. */
  unscored: number
  runs: number
  /** Sum of squared deviations from the mean of the same case, version and run, and its degrees of freedom. */
  squares: number
  freedom: number
  /** Mean score of candidate minus baseline in each run that has both. */
  differences: number[]
  /** What an answer with its judgement cost, of those with a known price. */
  usd: number[]
}

export interface KeptScores {
  /** Runs that say something of the feature. */
  runs: number
  /** When the last of them began, ISO 8601; null without one. */
  last: string | null
  cases: ReadonlyMap<string, KeptCase>
}

const part = caseDetailSchema.pick({ output: true, score: true, costUsd: true })

type KeptRow = ResultPart<z.output<typeof part>>

/**
 * The scores of a feature in the last runs, by case. A run counts only where both its report, which knows the ids of
 * the cases, and its answers are kept. Scores of different runs may be of different versions and judges.
 */
async function readKeptScores(root: string, database: ProjectDatabase, feature: string): Promise<KeptScores> {
  const cases = new Map<string, KeptCase>()
  let runs = 0
  let last: string | null = null
  const seen = new Set<string>()
  for (const { runId, startedAt, file } of await storedRuns(root)) {
    const rows = [...keptParts(database, { runId, feature, part })]
    if (rows.length === 0) continue
    const report = (await readReport(file)).features.find((one) => one.feature === feature)
    if (report === undefined) continue
    runs += 1
    last ??= startedAt
    for (const [position, own] of Map.groupBy(rows, (row) => row.position)) {
      const id = report.cases[position]?.id
      if (id === undefined) continue
      // An answer that a later run took from the store is the same answer, and says nothing twice.
      const fresh = own.filter(({ role, repeat, detail }) => {
        const version = role === 'candidate' ? report.candidate.id : report.baseline?.id
        const answer = JSON.stringify([id, version, repeat, detail.output])
        return !seen.has(answer) && seen.add(answer)
      })
      if (fresh.length > 0) addRun(cases, id, fresh)
    }
  }
  return { runs, last, cases }
}

function addRun(cases: Map<string, KeptCase>, id: string, rows: readonly KeptRow[]): void {
  const kept = cases.get(id) ?? {
    scores: [],
    unscored: 0,
    runs: 0,
    squares: 0,
    freedom: 0,
    differences: [],
    usd: [],
  }
  cases.set(id, kept)
  kept.runs += 1
  const means: number[] = []
  for (const role of ['candidate', 'baseline']) {
    const own = rows.filter((row) => row.role === role)
    const scores = own.flatMap(({ detail }) => detail.score ?? [])
    kept.scores.push(...scores)
    kept.unscored += own.length - scores.length
    kept.usd.push(...own.flatMap(({ detail }) => detail.costUsd ?? []))
    if (scores.length === 0) continue
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
    means.push(mean)
    kept.squares += scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
    kept.freedom += scores.length - 1
  }
  const [candidate, baseline] = means
  if (candidate !== undefined && baseline !== undefined) kept.differences.push(candidate - baseline)
}

/** The kept scores of a project; none where nothing was ever kept, and then nothing is written either. */
export async function keptScoresOf(root: string, feature: string): Promise<KeptScores> {
  const database = openExistingDatabase(root)
  if (!database) return { runs: 0, last: null, cases: new Map() }
  try {
    return await readKeptScores(root, database, feature)
  } finally {
    database.close()
  }
}
