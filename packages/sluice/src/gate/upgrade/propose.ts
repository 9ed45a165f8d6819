import type { Contest } from '../../records/report/upgrade-report.ts'
import { holm } from '../../stats/index.ts'
import { formatAmount, formatUsd } from '../../text/format.ts'

/** A contest before the correction: what it would be if it were the only one. */
export interface RawContest extends Omit<Contest, 'pAdjusted'> {
  feature: string
}

/**
 * Corrects all contests of a run together (Holm): a candidate passes only where it is shown to be no worse with every
 * other comparison in mind. One without a p-value counts as one that shows nothing.
 */
export function corrected(contests: readonly RawContest[], alpha: number): (Contest & { feature: string })[] {
  const adjusted = holm(contests.map(({ p }) => p ?? 1))
  return contests.map((contest, index) => {
    const pAdjusted = contest.p === null ? null : (adjusted[index] ?? 1)
    if (contest.outcome !== 'passes' || (pAdjusted !== null && pAdjusted <= alpha)) return { ...contest, pAdjusted }
    const of = formatAmount(contests.length, 'comparison')
    const reason = `It passes by itself, but not with all ${of} of this run in mind: more cases or repeats may show it.`
    return { ...contest, pAdjusted, outcome: 'undecided' as const, reasons: [...contest.reasons, reason] }
  })
}

/** The cheapest candidate that passes; of those that cost the same, or of unknown cost, the better one. */
export function proposalOf(contests: readonly Contest[]): { proposal: string | null; reason: string } {
  const passing = contests.filter(({ outcome }) => outcome === 'passes')
  const [best] = [...passing].sort(
    (a, b) =>
      (a.usdPerAnswer ?? Number.POSITIVE_INFINITY) - (b.usdPerAnswer ?? Number.POSITIVE_INFINITY) ||
      (b.meanDifference ?? 0) - (a.meanDifference ?? 0),
  )
  if (best) {
    const only = passing.length === 1 ? 'the only candidate' : 'the cheapest candidate'
    const cost = best.usdPerAnswer === null ? 'price unknown' : `${formatUsd(best.usdPerAnswer)} an answer`
    return { proposal: best.model, reason: `${only} that is shown to be no worse (${cost})` }
  }
  const worse = contests.filter(({ outcome }) => outcome === 'worse').length
  const undecided = contests.length - worse
  const parts = [
    ...(worse > 0 ? [`${worse} shown to be worse`] : []),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
  ]
  return { proposal: null, reason: `none: ${parts.join(', ')}` }
}
