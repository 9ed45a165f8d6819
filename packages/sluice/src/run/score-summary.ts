import {
  constantMoments,
  type Estimand,
  momentsOf,
  type Pair,
  pairedLook,
  passHatK,
  type RepeatCount,
  tInterval,
  weightedQuantile,
  weightedStd,
} from '../stats/index.ts'
import type { Arm } from './case-record.ts'
import { type CaseScores, scoredRepeats } from './score-table.ts'

/** An estimate with its interval; null where too little data says anything. */
export interface Estimate {
  mean: number
  se: number | null
  ciLow: number | null
  ciHigh: number | null
}

/** The scores of one version over its scored cases. Every number is null when no case has a score. */
export interface ScoreSummary {
  mean: number | null
  se: number | null
  ciLow: number | null
  ciHigh: number | null
  std: number | null
  p10: number | null
  p50: number | null
  p90: number | null
  /** Share of scored cases whose mean score reaches the case threshold. */
  passRate: number | null
}

export interface SummaryOptions {
  confidence: number
  estimand: Estimand
  caseThreshold: number
}

/** The weighted mean of one version's scores: per case the mean of its repeats, then over cases. */
export function estimateOf(
  cases: readonly CaseScores[],
  { confidence, estimand }: SummaryOptions,
  arm: Arm = 'candidate',
): Estimate | null {
  const zero = constantMoments(0)
  const pairs = cases.flatMap((row): Pair[] => {
    const moments = momentsOf(scoredRepeats(row[arm]))
    return moments ? [{ weight: row.weight, cluster: row.cluster, candidate: moments, baseline: zero }] : []
  })
  const look = pairedLook(pairs, { margin: 0, estimand })
  if (!look) return null
  const interval = tInterval({ mean: look.delta, se: look.seUsed, df: look.dfUsed ?? 1 }, confidence)
  return {
    mean: look.delta,
    se: look.seUsed ?? null,
    ciLow: interval ? Math.max(0, interval.low) : null,
    ciHigh: interval ? Math.min(1, interval.high) : null,
  }
}

export function summarizeScores(cases: readonly CaseScores[], options: SummaryOptions): ScoreSummary {
  const scored = cases.flatMap(({ weight, candidate }) => {
    const mean = momentsOf(scoredRepeats(candidate))?.mean
    return mean === undefined ? [] : [{ mean, weight }]
  })
  const means = scored.map(({ mean }) => mean)
  const weights = scored.map(({ weight }) => weight)
  const passed = means.filter((mean) => mean >= options.caseThreshold).length
  return {
    ...(estimateOf(cases, options) ?? { mean: null, se: null, ciLow: null, ciHigh: null }),
    std: weightedStd(means, weights) ?? null,
    p10: weightedQuantile(means, weights, 0.1) ?? null,
    p50: weightedQuantile(means, weights, 0.5) ?? null,
    p90: weightedQuantile(means, weights, 0.9) ?? null,
    passRate: means.length === 0 ? null : passed / means.length,
  }
}

/** A share with its interval. */
export interface Share {
  value: number
  ciLow: number | null
  ciHigh: number | null
}

/** pass@1 and pass^k of the repeated cases, k being the most repeats that any case has; null without repeats. */
export function repeatShares(
  cases: readonly CaseScores[],
  { caseThreshold, confidence }: SummaryOptions,
): { passAt1: Share; passK: Share & { k: number } } | null {
  const counts = cases.map(({ candidate, weight, cluster }): RepeatCount => {
    const scores = scoredRepeats(candidate)
    return { passes: passesOf(scores, caseThreshold), repeats: scores.length, weight, cluster }
  })
  const k = counts.reduce((most, { repeats }) => Math.max(most, repeats), 0)
  if (k < 2) return null
  const share = (drawn: number): Share | null => {
    const estimate = passHatK(counts, drawn, confidence)
    return estimate ? { value: estimate.mean, ciLow: estimate.low ?? null, ciHigh: estimate.high ?? null } : null
  }
  const [passAt1, passK] = [share(1), share(k)]
  return passAt1 && passK ? { passAt1, passK: { ...passK, k } } : null
}

/** How many repeats reach the case threshold. */
export function passesOf(scores: readonly number[], caseThreshold: number): number {
  return scores.filter((score) => score >= caseThreshold).length
}
