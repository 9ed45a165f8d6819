import { type ClusterRobustMean, clusterRobustMean } from '../intervals/mean-interval.ts'
import { shareInterval } from '../intervals/share-interval.ts'

/** One case: how many of its repeats passed. */
export interface RepeatCount {
  passes: number
  repeats: number
  weight: number
  cluster?: string | undefined
}

export interface PassHatK extends ClusterRobustMean {
  /** In [0,1]; undefined with fewer than two clusters. */
  low: number | undefined
  high: number | undefined
}

/**
 * pass^k: the chance that k independent repeats of a case all pass, averaged over cases; pass^1 is pass@1. Per case the
 * unbiased estimate C(passes, k) / C(repeats, k) (Yao et al. 2024, tau-bench), over cases the cluster-robust interval
 * of a share, which has a width also where all cases are equal.
 *
 * @returns undefined when no case has k repeats; cases with fewer are left out, and `count` says how many remained
 */
export function passHatK(cases: readonly RepeatCount[], k: number, confidence = 0.95): PassHatK | undefined {
  const enough = cases.filter(({ repeats }) => repeats >= k)
  const shares = enough.map((counted) => allPass(counted, k))
  const estimate = clusterRobustMean(
    shares,
    enough.map(({ weight }) => weight),
    enough.map(({ cluster }) => cluster),
  )
  if (!estimate) return undefined
  const total = enough.reduce((sum, { weight }) => sum + weight, 0)
  const influences = enough.map(({ weight, cluster }, index) => {
    const share = weight / total
    return { influence: share * ((shares[index] ?? 0) - estimate.mean), share, cluster }
  })
  const interval = shareInterval(estimate.mean, influences, confidence)
  return { ...estimate, low: interval?.low, high: interval?.high }
}

/** C(passes, k) / C(repeats, k): all of k repeats, drawn without replacement, pass. */
function allPass({ passes, repeats }: RepeatCount, k: number): number {
  let share = 1
  for (let drawn = 0; drawn < k; drawn += 1) share *= Math.max(0, passes - drawn) / (repeats - drawn)
  return share
}
