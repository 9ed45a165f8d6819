import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { type GroupDifference, groupDifference, momentsOf } from '../../stats/index.ts'
import { formatAmount, formatChange, formatInterval, formatScore } from '../../text/format.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'

type Holdout = NonNullable<FeatureSummary['holdout']>

/** The number of held out cases below which the interval is too wide to say anything. */
export const fewestHeldOut = 10

/**
 * Whether the held out cases moved as the others did: the mean change on the holdout minus that on the rest, candidate
 * against baseline. A version that was tuned to the cases that its author saw gains less on those that he did not see.
 */
export function holdoutResult(cases: readonly CaseScores[], confidence: number, left: number): Holdout | undefined {
  const held = cases.filter(({ holdout }) => holdout === true)
  if (held.length === 0) return left === 0 ? undefined : { ...nothing, leftOut: left, outcome: 'left-out' }
  const pairs = cases.flatMap(({ candidate, baseline, weight, cluster, holdout }) => {
    const [now, before] = [momentsOf(scoredRepeats(candidate)), momentsOf(scoredRepeats(baseline))]
    return now && before ? [{ value: now.mean - before.mean, weight, cluster, isFirst: holdout === true }] : []
  })
  const found = groupDifference(pairs, confidence)
  const seen = pairs.filter(({ isFirst }) => isFirst).length
  const counts = { cases: held.length, pairs: seen, leftOut: left }
  if (!found) return { ...nothing, ...counts, outcome: cases.some(hasBaseline) ? 'too-few' : 'no-baseline' }
  return { ...counts, ...changesOf(found), outcome: outcomeOf(found, seen) }
}

const hasBaseline = ({ baseline }: CaseScores) => baseline.length > 0

const nothing: Omit<Holdout, 'outcome'> = {
  cases: 0,
  pairs: 0,
  leftOut: 0,
  meanDifference: null,
  restMeanDifference: null,
  gap: null,
  ciLow: null,
  ciHigh: null,
}

function changesOf({ first, second, difference, low = undefined, high = undefined }: GroupDifference) {
  return {
    meanDifference: first,
    restMeanDifference: second,
    gap: difference,
    ciLow: low ?? null,
    ciHigh: high ?? null,
  }
}

function outcomeOf({ high }: GroupDifference, pairs: number): Holdout['outcome'] {
  if (pairs < fewestHeldOut || high === undefined) return 'too-few'
  return high < 0 ? 'disagrees' : 'not-shown'
}

/** What a reader must know of the held out cases, in one sentence. */
export function holdoutNote(holdout: Holdout, feature: string): string {
  const { cases, pairs, leftOut, meanDifference, restMeanDifference, gap, ciLow, ciHigh, outcome } = holdout
  const count = formatAmount(cases, 'held out case')
  const changes = `${formatAmount(pairs, 'held out case')} changed by ${formatChange(meanDifference)}, the others by ${formatChange(restMeanDifference)}: a gap of ${formatChange(gap)} ${formatInterval({ ciLow, ciHigh }, formatChange)}.`
  switch (outcome) {
    case 'left-out':
      return `${formatAmount(leftOut, 'case')} ${leftOut === 1 ? 'is' : 'are'} held out and ${leftOut === 1 ? 'was' : 'were'} not judged; the nightly judges ${leftOut === 1 ? 'it' : 'them'}.`
    case 'no-baseline':
      return `${count} ${cases === 1 ? 'was' : 'were'} judged. Whether the prompt was tuned to the others shows against an earlier version: sluice compare ${feature} --baseline <ref> --candidate HEAD --suite full.`
    case 'too-few':
      return `${count}, ${pairs} with a score in both versions: fewer than ${fewestHeldOut} cannot say whether the prompt was tuned to the others.`
    case 'disagrees':
      return `The holdout disagrees: ${changes} The prompt was tuned to the cases that its author saw.`
    case 'not-shown':
      return `${changes} That does not show that the prompt was tuned to the suite; a gap down to ${formatScore(Math.min(0, ciLow ?? 0))} is possible.`
  }
}
