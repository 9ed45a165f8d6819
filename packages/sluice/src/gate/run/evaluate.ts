import { createHash } from 'node:crypto'
import { endIfStopped } from '../../core/answers/stop.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { CaseDetail, VersionRole } from '../../records/report/case-detail.ts'
import { measuredOfAnswer } from './measuring-checks.ts'
import { runPool } from './pool.ts'
import type { Results } from './results.ts'
import type { ScoreTable } from './score-table.ts'
import { violationOf } from './violation.ts'

/** Scores one case in one repeat. Never rejects for a fault of the case; rejects only when the whole run must end. */
export type ScoreCase = (testCase: Case, repeat: number) => Promise<CaseDetail>

export interface Evaluation {
  feature: string
  /** The cases, read anew for each call. */
  cases: () => AsyncIterable<Case>
  /** One or two versions; they are run side by side, in an order that varies by case. */
  versions: Partial<Record<VersionRole, ScoreCase>>
  /** Names of the checks that measure a case. */
  measuredBy?: (testCase: Case) => readonly string[]
  hashOf?: ((testCase: Case) => string) | undefined
  table: ScoreTable
  /** A run without some files, which is asked whatever the candidate is asked. */
  without?: WithoutRun | undefined
  results: Results
  concurrency: number
  /** Once aborted, no further answer is asked for and the evaluation ends as interrupted. */
  stop: AbortSignal
  onScored?: (role: VersionRole, detail: CaseDetail) => void
  /** The result of every further case, set once a model that the feature needs cannot be asked at all. */
  givenUp?: CaseDetail
}

/** A version without some of its files. Its scores stand in a table of their own, as those of a candidate. */
interface WithoutRun {
  score: ScoreCase
  table: ScoreTable
  onScored?: (detail: CaseDetail) => void
}

const roles: VersionRole[] = ['candidate', 'baseline']

interface Job {
  testCase: Case
  position: number
  role: VersionRole | 'without'
  repeat: number
}

/** Whether a version is still asked about the case at a position. */
export type IsWanted = (role: VersionRole, position: number) => boolean

/**
 * Runs the repeats up to `repeat` that were not tried yet, for the cases that `wanted` names. The table does not depend
 * on the order in which answers arrive.
 */
export async function evaluate(evaluation: Evaluation, repeat: number, wanted: IsWanted = () => true): Promise<void> {
  const { table, results, concurrency, stop } = evaluation
  if (table.cases.length === 0) await askFirst(evaluation, wanted)
  await runPool(jobs(evaluation, repeat, wanted), concurrency, async (job) => void (await runJob(evaluation, job)))
  endIfStopped(stop)
  results.flush()
}

async function runJob(evaluation: Evaluation, job: Job): Promise<CaseDetail | undefined> {
  const { feature, versions, table, without, results, stop, onScored } = evaluation
  endIfStopped(stop)
  const score = job.role === 'without' ? without?.score : versions[job.role]
  const detail = evaluation.givenUp ?? (await score?.(job.testCase, job.repeat))
  if (!detail) return undefined
  if (detail.unaskable) {
    const { state, error = '' } = detail
    evaluation.givenUp ??= { state, error, checks: [], judge: [] }
  }
  if (job.role === 'without') {
    without?.table.record(job.position, 'candidate', job.repeat, detail.state, detail.score)
    without?.onScored?.(detail)
    return detail
  }
  const found = { violation: violationOf(job.testCase, detail), measured: measuredOfAnswer(detail) }
  table.record(job.position, job.role, job.repeat, detail.state, detail.score, found)
  results.add(feature, { position: job.position, role: job.role, repeat: job.repeat, detail })
  onScored?.(job.role, detail)
  return detail
}

/** The most cases that are asked one after the other before all others are asked at once. */
const mostAskedFirst = 5

/**
 * Asks the candidate, and the judge about its answer, until one case has a score. A model that cannot be asked at all
 * is found before the baseline and the other cases are paid for. These answers count like any other.
 */
async function askFirst(evaluation: Evaluation, wanted: IsWanted): Promise<void> {
  const { cases, versions } = evaluation
  if (!versions.candidate || !versions.baseline) return
  let position = -1
  for await (const testCase of cases()) {
    position += 1
    if (position === mostAskedFirst || evaluation.givenUp) return
    if (!wanted('candidate', position)) continue
    addCase(evaluation, position, testCase)
    const detail = await runJob(evaluation, { testCase, position, role: 'candidate', repeat: 1 })
    if (detail?.state === 'scored' || detail?.state === 'abstained') return
  }
}

function addCase({ table, measuredBy, hashOf }: Evaluation, position: number, testCase: Case): void {
  if (table.cases[position]) return
  const hash = hashOf?.(testCase)
  table.add(position, { ...testCase, measuredBy: measuredBy?.(testCase) ?? [], ...(hash !== undefined && { hash }) })
}

async function* jobs(evaluation: Evaluation, last: number, wanted: IsWanted): AsyncGenerator<Job> {
  const { cases, versions, table, without } = evaluation
  let position = -1
  for await (const testCase of cases()) {
    position += 1
    const asked: Job['role'][] = roles.filter((role) => versions[role] && wanted(role, position))
    if (asked.length === 0) continue
    addCase(evaluation, position, testCase)
    const row = table.cases[position]
    const tried = { candidate: row?.candidate.length ?? 0, baseline: row?.baseline.length ?? 0, without: 0 }
    if (without && asked.includes('candidate')) {
      asked.push('without')
      without.table.add(position, testCase)
      tried.without = without.table.cases[position]?.candidate.length ?? 0
    }
    for (let repeat = 1; repeat <= last; repeat += 1) {
      for (const role of roleOrder(testCase.id, repeat)) {
        if (asked.includes(role) && repeat > tried[role]) yield { testCase, position, role, repeat }
      }
    }
  }
}

/** Half of the cases start with the candidate, so that a provider that gets worse during a run treats all alike. */
function roleOrder(caseId: string, repeat: number): Job['role'][] {
  const [first = 0, second = 0] = createHash('sha256').update(`${caseId}\0${repeat}`).digest()
  const order: Job['role'][] = first % 2 === 0 ? ['candidate', 'baseline'] : ['baseline', 'candidate']
  return order.toSpliced(second % 3, 0, 'without')
}
