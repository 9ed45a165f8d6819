import type { SafetySettings } from '../../core/suite/config/safety-settings.ts'
import type { VersionRole } from '../../records/report/case-detail.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import {
  clusterRobustMean,
  constantMoments,
  type Estimand,
  momentsOf,
  type Pair,
  pairedLook,
  passHatK,
  type RepeatCount,
  tInterval,
  weightedQuantiles,
  weightedStd,
} from '../../stats/index.ts'
import { type CaseScores, countedCases, scoredRepeats } from './score-table.ts'

/** The scores of one version over its scored cases. Every number is null when no case has a score. */
type ScoreSummary = Omit<FeatureSummary['score'], 'threshold' | 'caseThreshold'>

/** A mean with its interval; null where too little data says anything. */
type ScoreEstimate = Pick<ScoreSummary, 'mean' | 'se' | 'ciLow' | 'ciHigh'>

export interface SummaryOptions {
  confidence: number
  estimand: Estimand
  caseThreshold: number
  safety?: SafetySettings | undefined
}

/** The weighted mean of one version's scores: per case the mean of its repeats, then over the cases that count. */
export function estimateOf(
  all: readonly CaseScores[],
  { confidence, estimand }: SummaryOptions,
  role: VersionRole = 'candidate',
): ScoreEstimate {
  const cases = countedCases(all)
  const isRepeated = cases.every((row) => row[role].length !== 1)
  const estimate = isRepeated ? meanOfRepeats(cases, role, estimand) : clusterRobustMean(...meansOf(cases, role))
  if (!estimate) return { mean: null, se: null, ciLow: null, ciHigh: null }
  const interval = tInterval(estimate, confidence)
  return {
    mean: estimate.mean,
    se: estimate.se ?? null,
    ciLow: interval ? Math.max(0, interval.low) : null,
    ciHigh: interval ? Math.min(1, interval.high) : null,
  }
}

/** The mean of cases with repeats. For the golden set its standard error is that of `pairedLook` against a constant. */
function meanOfRepeats(cases: readonly CaseScores[], role: VersionRole, estimand: Estimand) {
  const zero = constantMoments(0)
  const pairs = cases.flatMap((row): Pair[] => {
    const moments = momentsOf(scoredRepeats(row[role]))
    return moments ? [{ weight: row.weight, cluster: row.cluster, candidate: moments, baseline: zero }] : []
  })
  const paired = pairedLook(pairs, { margin: 0, estimand })
  return paired && { mean: paired.delta, se: paired.seUsed, df: paired.dfUsed ?? 1 }
}

/** Mean score, weight and cluster of each scored case, in as little memory as a large suite needs. */
function meansOf(
  cases: readonly CaseScores[],
  role: VersionRole,
): [means: Float64Array, weights: Float64Array, clusters: (string | undefined)[]] {
  const means = new Float64Array(cases.length)
  const weights = new Float64Array(cases.length)
  const clusters: (string | undefined)[] = []
  for (const row of cases) {
    const mean = momentsOf(scoredRepeats(row[role]))?.mean
    if (mean === undefined) continue
    means[clusters.length] = mean
    weights[clusters.length] = row.weight
    clusters.push(row.cluster)
  }
  return [means.subarray(0, clusters.length), weights.subarray(0, clusters.length), clusters]
}

export function summarizeScores(all: readonly CaseScores[], options: SummaryOptions): ScoreSummary {
  const cases = countedCases(all)
  const [means, weights] = meansOf(cases, 'candidate')
  const [p10, p50, p90] = weightedQuantiles(means, weights, [0.1, 0.5, 0.9])
  const passed = means.filter((mean) => mean >= options.caseThreshold).length
  return {
    ...estimateOf(cases, options),
    std: weightedStd(means, weights) ?? null,
    p10: p10 ?? null,
    p50: p50 ?? null,
    p90: p90 ?? null,
    passRate: means.length === 0 ? null : passed / means.length,
  }
}

type RepeatShares = NonNullable<FeatureSummary['repeats']>

/** pass@1 of all cases and pass^k of those with k repeats, the most that any case has; null without repeats. */
export function repeatShares(
  all: readonly CaseScores[],
  { caseThreshold, confidence }: SummaryOptions,
): RepeatShares | null {
  const cases = countedCases(all)
  const k = cases.reduce((most, { candidate }) => Math.max(most, scoredRepeats(candidate).length), 0)
  if (k < 2) return null
  const counts = cases.map(({ candidate, weight, cluster }): RepeatCount => {
    const scores = scoredRepeats(candidate)
    return { passes: passesOf(scores, caseThreshold), repeats: scores.length, weight, cluster }
  })
  const share = (drawn: number): RepeatShares['passAt1'] | null => {
    const estimate = passHatK(counts, drawn, confidence)
    if (!estimate) return null
    const { mean, low = null, high = null, count } = estimate
    return { value: mean, ciLow: low, ciHigh: high, cases: count }
  }
  const [passAt1, passK] = [share(1), share(k)]
  return passAt1 && passK ? { passAt1, passK: { ...passK, k } } : null
}

/** How many repeats reach the case threshold. */
export function passesOf(scores: readonly number[], caseThreshold: number): number {
  return scores.filter((score) => score >= caseThreshold).length
}
