import { tInv } from '../distributions/student.ts'

/** A weighted mean with the uncertainty that clusters leave in it. */
export interface ClusterRobustMean {
  mean: number
  /** Observations. */
  count: number
  /** (sum w)^2 / sum w^2: as many equally weighted observations would weigh the same. */
  nEff: number
  /** Undefined with fewer than two clusters: one cluster says nothing about the spread between clusters. */
  se: number | undefined
  /** Clusters minus one. */
  df: number
}

/**
 * Weighted mean with the cluster-robust (CR1) standard error of stats literature (Miller 2024, arXiv 2411.00640):
 * sqrt(G/(G-1) sum_g (sum_{i in g} w_i (x_i - mean))^2) / sum w. An observation without a cluster is its own.
 *
 * @returns undefined when there is no observation of positive weight
 */
export function clusterRobustMean(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  clusters: ArrayLike<string | undefined> = [],
): ClusterRobustMean | undefined {
  let total = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < values.length; i += 1) {
    const weight = weights[i] ?? 0
    total += weight
    squares += weight * weight
    sum += weight * (values[i] ?? 0)
  }
  if (!(total > 0)) return undefined
  const mean = sum / total
  const between = clusterSquares(values, weights, clusters, mean)
  const df = between.clusters - 1
  const se = df > 0 ? Math.sqrt((between.clusters / df) * between.squares) / total : undefined
  return { mean, count: values.length, nEff: (total * total) / squares, se, df }
}

/** A two-sided t interval around an estimate; undefined where its standard error is. */
export function tInterval(
  estimate: { mean: number; se: number | undefined; df: number },
  confidence: number,
): { low: number; high: number } | undefined {
  if (estimate.se === undefined) return undefined
  const half = tInv((1 + confidence) / 2, estimate.df) * estimate.se
  return { low: estimate.mean - half, high: estimate.mean + half }
}

function clusterSquares(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  clusters: ArrayLike<string | undefined>,
  mean: number,
): { clusters: number; squares: number } {
  const sums = new Map<string, number>()
  let alone = 0
  let squares = 0
  for (let i = 0; i < values.length; i += 1) {
    const residual = (weights[i] ?? 0) * ((values[i] ?? 0) - mean)
    const cluster = clusters[i]
    if (cluster === undefined) {
      alone += 1
      squares += residual * residual
    } else {
      sums.set(cluster, (sums.get(cluster) ?? 0) + residual)
    }
  }
  for (const sum of sums.values()) squares += sum * sum
  return { clusters: alone + sums.size, squares }
}
