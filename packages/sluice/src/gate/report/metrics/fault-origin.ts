import type { CaseDetail, VersionRole } from '../../../records/report/case-detail.ts'
import type { CaseReport } from '../../../records/report/case-report.ts'
import { formatAmount } from '../../../text/format.ts'
import type { ResultRow } from '../../run/results.ts'

/** Where a wrong answer went wrong: its documents lacked a fact, or it had them all and lost it. */
export type FaultOrigin = 'retrieval' | 'generation'

/**
 * The origin of a wrong answer whose case has a `retrieval` check, or claims that are not supported; undefined for any
 * other. Wrong is what fails another check or a question of the judge: a retrieval alone does not make an answer wrong.
 */
export function faultOrigin({
  checks,
  judge,
}: Pick<CaseReport | CaseDetail, 'checks' | 'judge'>): FaultOrigin | undefined {
  const retrievals = checks.flatMap(({ measured }) => (measured?.kind === 'retrieval' ? [measured] : []))
  const madeUp = hasUnsupportedClaims({ judge })
  if (retrievals.length === 0) return madeUp ? 'generation' : undefined
  const isWrong =
    madeUp ||
    checks.some(({ score, measured }) => measured?.kind !== 'retrieval' && score < 1) ||
    judge.some(({ score }) => score !== undefined && score < 1)
  if (!isWrong) return undefined
  return retrievals.some(({ missing }) => missing.length > 0) ? 'retrieval' : 'generation'
}

/**
 * Whether the output claims what the sources do not say: that is the fault of whoever wrote it, whatever was looked up.
 */
function hasUnsupportedClaims({ judge }: Pick<CaseReport | CaseDetail, 'judge'>): boolean {
  return judge.some(({ claims, score }) => claims && score !== undefined && score < 1)
}

/** Why a wrong answer is put down to its origin. */
export function originReason(origin: FaultOrigin, row: Pick<CaseReport | CaseDetail, 'judge'>): string {
  return origin === 'generation' && hasUnsupportedClaims(row) ? claimsWords : originWords[origin]
}

const claimsWords = 'the answer claims what its sources do not say'

const originWords: Record<FaultOrigin, string> = {
  retrieval: 'a relevant document was not retrieved, so the answer lacked the fact',
  generation: 'every relevant document was retrieved, so the answer lost the fact',
}

type Counts = Record<FaultOrigin, number>

/** Counts the origins of wrong answers of both versions, while the rows of a run pass by. */
export function collectOrigins() {
  const counts: Record<VersionRole, Counts> = {
    candidate: { retrieval: 0, generation: 0 },
    baseline: { retrieval: 0, generation: 0 },
  }
  let seen = 0
  return {
    *watch(rows: Iterable<ResultRow>): Generator<ResultRow> {
      for (const row of rows) {
        const origin = faultOrigin(row.detail)
        if (origin || row.detail.checks.some(({ measured }) => measured?.kind === 'retrieval')) seen += 1
        if (origin) counts[row.role][origin] += 1
        yield row
      }
    },
    /** One sentence on all wrong answers; none where nothing tells what was retrieved, or no answer is wrong. */
    notes(hasBaseline: boolean): string[] {
      const { candidate, baseline } = counts
      const wrong = (of: Counts) => of.retrieval + of.generation
      if (seen === 0 || wrong(candidate) + wrong(baseline) === 0) return []
      const before = hasBaseline
        ? `; of ${wrong(baseline)} of the baseline, ${baseline.retrieval} and ${baseline.generation}`
        : ''
      return [
        `Of ${formatAmount(wrong(candidate), 'wrong answer')} of the candidate, retrieval lacked the fact in ${candidate.retrieval} and generation lost it in ${candidate.generation}${before}.`,
      ]
    },
  }
}
