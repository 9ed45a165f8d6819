import type { LiftReport } from '../../records/report/lift-report.ts'
import { type EffectPair, type IntervalEstimate, type Loss, lossChange, lossOf, meanEffect } from '../../stats/index.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import { type CaseScores, isQuarantined, scoredRepeats } from '../run/score-table.ts'

/** Fewer independent cases do not tell how the difference varies between cases. */
const fewestClusters = 5
const harmedListed = 50

export interface LiftOptions {
  /** What the run without has not. */
  without: readonly string[]
  confidence: number
  /** An answer is worse where it scores lower by more than this. */
  margin: number
  /** The smallest share of the candidate's scored cases that must have a score without, too. */
  minCoverage: number
}

interface Triple extends EffectPair {
  id: string
  before: readonly number[]
}

/**
 * What files add, from the scores of both versions and of the run without them, by position. A case without a score on
 * one side is no pair. Where too many are missing nothing is said: a side that fails on the hard cases would look
 * better.
 */
export function liftResult(
  cases: readonly CaseScores[],
  withoutFiles: readonly (CaseScores | undefined)[],
  { without, confidence, margin, minCoverage }: LiftOptions,
): LiftReport {
  const counted = cases.flatMap((row, position) => {
    const lacking = scoredRepeats(withoutFiles[position]?.candidate ?? [])
    const { id, weight, cluster, candidate, baseline } = row
    const [having, before] = [scoredRepeats(candidate), scoredRepeats(baseline)]
    return isQuarantined(row) ? [] : [{ id, weight, cluster, having, before, lacking }]
  })
  const scored = counted.filter(({ having }) => having.length > 0)
  const pairs = scored.filter(({ lacking }) => lacking.length > 0)
  const counts = { cases: counted.length, pairs: pairs.length, missing: scored.length - pairs.length }
  const whyNot = whyUnknown(counts, minCoverage)
  const compared = whyNot === null ? pairs : []
  const clusters = new Set(compared.map(({ cluster }, index) => cluster ?? index)).size
  const report = reportOf(clusters >= fewestClusters)
  const policy = { margin, confidence }
  const triples = compared.filter(({ before }) => before.length > 0)
  const ofBaseline = triples.map((triple) => ({ ...triple, having: triple.before }))
  return {
    without: [...without],
    ...counts,
    withoutMean: meanOf(compared),
    lift: report.estimate(meanEffect(compared, confidence)),
    margin,
    harm: report.loss(lossOf(compared, policy)),
    help: report.loss(lossOf(compared.map(swapped), policy)),
    harmed: harmedIn(compared, margin),
    baseline:
      triples.length === 0
        ? null
        : {
            pairs: triples.length,
            lift: report.estimate(meanEffect(ofBaseline, confidence)),
            liftChange: report.estimate(
              meanEffect(
                triples.map((triple) => ({ ...triple, lacking: triple.before })),
                confidence,
              ),
            ),
            harm: report.loss(lossOf(ofBaseline, policy)),
            harmChange: report.estimate(lossChange(triples, policy)),
          },
    untold: whyNot,
  }
}

function whyUnknown({ pairs, missing }: Pick<LiftReport, 'pairs' | 'missing'>, minCoverage: number): string | null {
  const scored = pairs + missing
  if (scored === 0) return 'no case has a score'
  if (pairs > 0 && pairs / scored >= minCoverage) return null
  const share = formatPercent(pairs / scored)
  return `${pairs} of ${formatAmount(scored, 'scored case')} ${pairs === 1 ? 'has' : 'have'} a score without, too: ${share}, where ${formatPercent(minCoverage)} are needed`
}

/** Estimates as the report has them; without intervals where the cases do not tell. */
function reportOf(hasSpread: boolean) {
  const estimate = (found: IntervalEstimate | undefined) => ({
    value: found?.value ?? null,
    ciLow: (hasSpread ? found?.low : undefined) ?? null,
    ciHigh: (hasSpread ? found?.high : undefined) ?? null,
  })
  const loss = (found: Loss | undefined) => ({ share: estimate(found?.share), size: estimate(found?.size) })
  return { estimate, loss }
}

function swapped<T extends EffectPair>(pair: T): T {
  return { ...pair, having: pair.lacking, lacking: pair.having }
}

function meanOf(pairs: readonly Triple[]): number | null {
  const total = pairs.reduce((sum, { weight }) => sum + weight, 0)
  return total > 0 ? pairs.reduce((sum, { weight, lacking }) => sum + weight * average(lacking), 0) / total : null
}

function harmedIn(pairs: readonly Triple[], margin: number): string[] {
  return pairs
    .map(({ id, having, lacking }) => ({ id, lost: average(lacking) - average(having) }))
    .filter(({ lost }) => lost > margin)
    .sort((a, b) => b.lost - a.lost || (a.id < b.id ? -1 : 1))
    .slice(0, harmedListed)
    .map(({ id }) => id)
}

function average(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}
