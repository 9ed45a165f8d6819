import type { Verdict } from '../../records/verdict.ts'
import { momentsOf } from '../../stats/index.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'
import type { VerdictReason } from './reasons.ts'
import { smallestChange } from './score-change.ts'

/** How much a case has to do with a reason; undefined for a case that has nothing to do with it. */
type Share = (row: CaseScores) => number | undefined

/**
 * The id of the case that a reader of a verdict opens first: the case that the first reason names, or that has the
 * largest part in it. Null for a pass, and where no case has a part in any reason.
 */
export function decidingCaseOf(
  { verdict, reasons }: { verdict: Verdict; reasons: readonly VerdictReason[] },
  cases: readonly CaseScores[],
): string | null {
  if (verdict === 'pass') return null
  for (const reason of reasons) {
    const id = reason.case ?? mostOf(cases, shareIn(reason))
    if (id !== undefined) return id
  }
  return null
}

function shareIn({ code, tag }: VerdictReason): Share {
  const isConcerned = (row: CaseScores) => tag === null || row.tags.includes(tag)
  if (code === 'coverage' || code === 'budget' || code === 'no-scores') {
    return (row) => (isConcerned(row) && meanOf(row.candidate) === undefined ? row.weight : undefined)
  }
  const part = code === 'below-threshold' || code === 'threshold-undecided' ? distanceFromFull : drop
  return (row) => {
    const loss = part(row)
    return isConcerned(row) && loss !== undefined && loss > smallestChange ? row.weight * loss : undefined
  }
}

function drop(row: CaseScores): number | undefined {
  const [now, before] = [meanOf(row.candidate), meanOf(row.baseline)]
  return now === undefined || before === undefined ? undefined : before - now
}

function distanceFromFull(row: CaseScores): number | undefined {
  const mean = meanOf(row.candidate)
  return mean === undefined ? undefined : 1 - mean
}

const meanOf = (scores: CaseScores['candidate']) => momentsOf(scoredRepeats(scores))?.mean

/** Among equals the critical one decides, then the one that the suite has first. */
function mostOf(cases: readonly CaseScores[], share: Share): string | undefined {
  let most: CaseScores | undefined
  let largest = 0
  for (const row of cases) {
    const part = share(row)
    if (part === undefined) continue
    const isMore = part > largest + smallestChange
    const breaksTie = part > largest - smallestChange && row.critical && most?.critical === false
    if (most && !isMore && !breaksTie) continue
    most = row
    largest = part
  }
  return most?.id
}
