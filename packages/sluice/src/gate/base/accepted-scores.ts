import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import { jsonColumn, rowReader } from '../../core/answers/rows.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { measureId } from '../last-unchanged.ts'
import type { RecordedRepeats } from '../recorded-repeats.ts'
import type { ScoreCase } from '../run/evaluate.ts'
import type { CaseScores } from '../run/score-table.ts'

const acceptedScoresSchema = z.strictObject({
  feature: z.string(),
  suite: z.string(),
  /** When, in ISO 8601. */
  at: z.string(),
  runId: z.string(),
  /** The commit of the default branch that was judged. */
  commit: z.string(),
  /** Version id. */
  version: z.string(),
  /** `acceptedMeasure` of then. */
  measure: z.string(),
  /** The judge's id; null where nothing was judged. */
  judge: z.string().nullable(),
  /** The score of each repeat, by case; null where one has none. */
  cases: z.record(z.string(), z.array(z.number().min(0).max(1).nullable())),
})

/** The scores of the last run on the default branch that passed. */
export type AcceptedScores = z.infer<typeof acceptedScoresSchema>

const row = z.object({ record: jsonColumn(acceptedScoresSchema) })

/** Keeps the scores in place of those that were kept of the feature's suite before. */
export function keepAccepted(database: ProjectDatabase, scores: AcceptedScores): void {
  database
    .prepare('INSERT OR REPLACE INTO accepted (feature, suite, record) VALUES (?, ?, ?)')
    .run(scores.feature, scores.suite, JSON.stringify(scores))
}

function acceptedScores(database: ProjectDatabase, feature: string, suite: string): AcceptedScores | undefined {
  const found = database.prepare('SELECT record FROM accepted WHERE feature = ? AND suite = ?').get(feature, suite)
  return found === undefined ? undefined : rowReader(database, 'accepted', row)(found).record
}

/** The candidate's scores of a run, as they are kept. */
export function scoresByCase(cases: readonly CaseScores[]): AcceptedScores['cases'] {
  return Object.fromEntries(cases.map(({ id, candidate }) => [id, candidate.map((score) => score ?? null)]))
}

/** How many repeats every case has. */
export function acceptedRepeats({ cases }: AcceptedScores): RecordedRepeats {
  const least = Math.min(...Object.values(cases).map((scores) => scores.length))
  return { all: least, critical: least }
}

/** Gives the kept score of a case; nothing is asked. A case or repeat without one has no score, as any that fails. */
export function scoreFromAccepted({ cases, commit }: AcceptedScores): ScoreCase {
  return async ({ id }, repeat) => {
    const score = Object.hasOwn(cases, id) ? cases[id]?.[repeat - 1] : undefined
    if (typeof score === 'number') return { state: 'scored', score, checks: [], judge: [] }
    const error = `the accepted run on ${commit.slice(0, 7)} has no score of it`
    return { state: 'modelError', error, checks: [], judge: [] }
  }
}

/** The scores that may stand for a baseline, or why there are none. */
export type UsableScores = { scores: AcceptedScores; note?: never } | { scores?: never; note: string }

/** What scores a version, whatever the scores come to, as a hash: cases, checks with their code, questions. */
export async function acceptedMeasure(
  candidate: Prompt,
  cases: AsyncIterable<Case>,
  checkCode: () => Promise<string>,
): Promise<string> {
  return createHash('sha256')
    .update(`${await measureId(candidate, cases, null)} ${await checkCode()}`)
    .digest('hex')
    .slice(0, 12)
}

/** Looks up the accepted scores of a suite; they count only if the same cases, checks and questions gave them. */
export async function usableScores(
  database: ProjectDatabase,
  candidate: Prompt,
  suite: string,
  { cases, checkCode }: { cases: () => AsyncIterable<Case>; checkCode: () => Promise<string> },
): Promise<UsableScores> {
  const scores = acceptedScores(database, candidate.feature, suite)
  if (!scores)
    return { note: 'No run on the default branch has been accepted here yet, whose scores could be the baseline.' }
  if (scores.measure === (await acceptedMeasure(candidate, cases(), checkCode))) return { scores }
  const what = `the accepted run on ${scores.commit.slice(0, 7)} (${scores.at.slice(0, 10)})`
  return { note: `The scores of ${what} are of other cases, checks or questions, so they are no baseline.` }
}
