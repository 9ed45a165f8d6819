import { tInv } from '../distributions/student.ts'
import { clopperPearson } from '../intervals/clopper-pearson.ts'
import { clusterRobustMean } from '../intervals/mean-interval.ts'

/** A share with its interval. */
export interface Proportion {
  /** In [0,1]. */
  share: number
  low: number
  high: number
  /** How many independent trials of equal weight would say the same. */
  trials: number
}

/**
 * A share of trials that came true, each with a weight (one divided by the probability with which it was drawn) and a
 * cluster. With equal weights and each trial its own cluster the interval is exact (Clopper & Pearson 1934). Otherwise
 * it is that of Korn & Graubard (Survey Methodology 24, 1998): Clopper and Pearson's with the effective number of
 * trials n* = share (1 - share) / variance of the share, times (t_{n-1} / t_{clusters-1})^2. It is at most (sum w)^2 /
 * sum w^2, of the clusters where all trials came true or none did, and at most (sum w) / `heaviest`: what was drawn
 * with a small probability, and is not among the trials, would weigh as much.
 *
 * @param successes 1 for a trial that came true, else 0
 * @returns undefined without a trial of positive weight
 */
export function weightedProportion(
  successes: readonly number[],
  weights: readonly number[],
  clusters: readonly string[],
  {
    confidence = 0.95,
    heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0),
  }: { confidence?: number; heaviest?: number } = {},
): Proportion | undefined {
  const robust = clusterRobustMean(successes, weights, clusters)
  if (!robust) return undefined
  const { mean: share, count, df } = robust
  const [first] = weights
  const even = weights.every((weight) => weight === first)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const simple = even && df + 1 === count && heaviest === first
  const trials = simple
    ? count
    : Math.max(1, Math.min(total / heaviest, effectiveTrials(robust, clusters, weights, confidence)))
  const { low, high } = clopperPearson(share * trials, trials, confidence)
  return { share, low, high, trials }
}

function effectiveTrials(
  { mean, count, nEff, se, df }: { mean: number; count: number; nEff: number; se: number | undefined; df: number },
  clusters: readonly string[],
  weights: readonly number[],
  confidence: number,
): number {
  // One cluster says nothing of the spread between clusters, so all of it counts as one trial.
  if (se === undefined) return 1
  if (se < 1e-9) return clusterTrials(clusters, weights)
  const probability = (1 + confidence) / 2
  const penalty = (tInv(probability, Math.max(1, count - 1)) / tInv(probability, df)) ** 2
  return Math.min(nEff, ((mean * (1 - mean)) / se ** 2) * penalty)
}

/**
 * Where nothing varies, trials of one cluster may be one and the same: each cluster counts as one trial of its weight.
 */
function clusterTrials(clusters: readonly string[], weights: readonly number[]): number {
  const sums = new Map<string, number>()
  for (const [i, weight] of weights.entries()) {
    const cluster = clusters[i] ?? String(i)
    sums.set(cluster, (sums.get(cluster) ?? 0) + weight)
  }
  let [total, squares] = [0, 0]
  for (const sum of sums.values()) {
    total += sum
    squares += sum * sum
  }
  return (total * total) / squares
}
