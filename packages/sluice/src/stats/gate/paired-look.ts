import { zOfT } from '../distributions/student.ts'
import { clusterRobustMean } from '../intervals/mean-interval.ts'
import type { Moments } from './moments.ts'

/** `golden-set`: the mean over exactly these cases. `population`: over all cases of which these are a sample. */
export type Estimand = 'golden-set' | 'population'

/** One case in both arms. */
export interface Pair {
  weight: number
  /** Cases of one cluster are not independent; without one a case stands alone. */
  cluster?: string | undefined
  candidate: Moments
  baseline: Moments
}

/** A weighted mean difference, candidate minus baseline, tested against -margin. */
export interface PairedLook {
  pairs: number
  delta: number
  nEff: number
  /** The standard error from the spread between cases (CR1); undefined with fewer than two clusters. */
  seCluster: number | undefined
  dfCluster: number
  /**
   * The standard error from the noise of generator and judge alone; undefined unless every case has two repeats in both
   * arms.
   */
  seWithin: number | undefined
  dfWithin: number | undefined
  /** Which of the two counts: the within-case error (true) or the spread between cases. */
  usesWithin: boolean
  /** The standard error of the estimand, at least 0.001 / sqrt(pairs); undefined when the data cannot tell. */
  seUsed: number | undefined
  dfUsed: number | undefined
  t: number | undefined
  /** The statistic t on the normal scale, by equal tail probability. */
  zSig: number | undefined
}

/**
 * One look at a paired comparison: `delta` with its cluster-robust and its within-case standard error, and the
 * statistic T = (delta + margin) / SE. For the golden set the within-case error counts as soon as every case has two
 * repeats in both arms; before that the spread between cases stands in for it, which is larger on average.
 *
 * @returns undefined when there is no pair of positive weight
 */
export function pairedLook(
  pairs: readonly Pair[],
  { margin, estimand }: { margin: number; estimand: Estimand },
): PairedLook | undefined {
  const between = clusterRobustMean(
    pairs.map(({ candidate, baseline }) => candidate.mean - baseline.mean),
    pairs.map(({ weight }) => weight),
    pairs.map(({ cluster }) => cluster),
  )
  if (!between) return undefined
  const within = withinError(pairs)
  const usesWithin = estimand === 'golden-set' && within !== undefined
  const se = usesWithin ? within.se : between.se
  const seUsed = se === undefined ? undefined : Math.max(se, 1e-3 / Math.sqrt(pairs.length))
  const dfUsed = seUsed === undefined ? undefined : usesWithin ? within.df : between.df
  const t = seUsed === undefined ? undefined : (between.mean + margin) / seUsed
  return {
    pairs: pairs.length,
    delta: between.mean,
    nEff: between.nEff,
    seCluster: between.se,
    dfCluster: between.df,
    seWithin: within?.se,
    dfWithin: within?.df,
    usesWithin,
    seUsed,
    dfUsed,
    t,
    zSig: t === undefined || dfUsed === undefined ? undefined : zOfT(t, dfUsed),
  }
}

/** The error of the weighted mean that comes from repeats, with Satterthwaite's degrees of freedom (at least 1). */
function withinError(pairs: readonly Pair[]): { se: number; df: number } | undefined {
  let total = 0
  let sum = 0
  let denominator = 0
  for (const { weight, candidate, baseline } of pairs) {
    if (candidate.variance === undefined || baseline.variance === undefined) return undefined
    total += weight
    const ours = (weight * weight * candidate.variance) / candidate.count
    const theirs = (weight * weight * baseline.variance) / baseline.count
    sum += ours + theirs
    denominator += (ours * ours) / (candidate.count - 1) + (theirs * theirs) / (baseline.count - 1)
  }
  return { se: Math.sqrt(sum) / total, df: sum > 0 ? Math.max((sum * sum) / denominator, 1) : 1 }
}
