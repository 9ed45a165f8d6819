import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import { excerpt } from '../../text/untrusted.ts'
import type { ScorerResult } from './scorer-results.ts'

/** Checks and questions as a reader needs them: those with something to say as lines, the others in a sentence each. */
export interface ScorerLines {
  /** What changed most first; without a baseline the lowest. */
  lines: ScorerResult[]
  /** Plain text that still holds names from files. */
  sentences: string[]
}

/** Fewer cases say nothing of a share; they are read one by one. */
const fewestCases = 5
const namesShown = 6
const nameLength = 60

export function scorerLines({ scorers = [], comparison }: FeatureSummary): ScorerLines {
  const rare = scorers.filter(({ cases }) => cases < fewestCases)
  const common = scorers.filter(({ cases }) => cases >= fewestCases)
  const isUnremarkable = (scorer: ScorerResult) => (comparison ? hasNotChanged(scorer) : scorer.mean === 1)
  const lines = common.filter((scorer) => !isUnremarkable(scorer))
  const folded = common.filter(isUnremarkable)
  const order = ({ meanDifference, mean }: ScorerResult) => (comparison ? -Math.abs(meanDifference ?? 0) : (mean ?? 0))
  return {
    lines: lines.toSorted((a, b) => order(a) - order(b)),
    sentences: [
      ...(folded.length > 0
        ? [`${comparison ? 'Unchanged in every case' : 'Met in every case'}: ${names(folded)}.`]
        : []),
      ...(rare.length > 0 ? [rareSentence(rare, comparison !== null)] : []),
    ],
  }
}

const hasNotChanged = ({ worse, better }: ScorerResult) => worse === 0 && better === 0

/** What only a few cases have may be the very thing that was lost, so what got worse is named first. */
function rareSentence(rare: readonly ScorerResult[], isCompared: boolean): string {
  const few = `fewer than ${fewestCases} cases`
  const one = `check or question that concerns ${few}`
  const what = `Not in the table: ${formatAmount(rare.length, one, `checks and questions that concern ${few} each`)}`
  if (!isCompared) return `${what}.`
  const worse = rare.filter((scorer) => scorer.worse > 0)
  const better = rare.filter((scorer) => scorer.worse === 0 && scorer.better > 0)
  const moved = [
    ...(worse.length > 0 ? [`worse: ${names(worse)}`] : []),
    ...(better.length > 0 ? [`better: ${names(better)}`] : []),
  ]
  return moved.length === 0 ? `${what}, none of them changed.` : `${what}; ${moved.join('; ')}.`
}

function names(scorers: readonly ScorerResult[]): string {
  const left = scorers.length - namesShown
  const shown = scorers.slice(0, namesShown).map(({ name }) => excerpt(name, nameLength))
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}

/** `23 worse, 1 better` */
export function movedCases({ worse, better }: ScorerResult): string {
  const parts = [...(worse > 0 ? [`${worse} worse`] : []), ...(better > 0 ? [`${better} better`] : [])]
  return parts.join(', ')
}

/** What the intervals of the lines are, for the reader who wonders whether they add up to the verdict. */
export function scorerNote({ comparison, confidence }: FeatureSummary): string {
  const what = comparison ? 'of the paired difference' : 'of the share'
  return `Intervals are ${formatPercent(confidence)} ${what}, each on its own; no verdict rests on a line.`
}
