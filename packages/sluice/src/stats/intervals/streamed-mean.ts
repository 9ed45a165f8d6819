import type { ClusterRobustMean } from './mean-interval.ts'

/**
 * What a weighted mean and its cluster-robust error need of the observations so far; of those that stand alone only
 * sums.
 */
export interface MeanSums {
  count: number
  weight: number
  weightSquares: number
  sum: number
  alone: { count: number; weightSquares: number; products: number; squares: number }
  clusters: Map<string, { weight: number; sum: number }>
}

export function newMeanSums(): MeanSums {
  const alone = { count: 0, weightSquares: 0, products: 0, squares: 0 }
  return { count: 0, weight: 0, weightSquares: 0, sum: 0, alone, clusters: new Map() }
}

/** Adds one observation; without a cluster it stands alone. */
export function addToMean(sums: MeanSums, value: number, weight: number, cluster: string | undefined): void {
  sums.count += 1
  sums.weight += weight
  sums.weightSquares += weight * weight
  sums.sum += weight * value
  if (cluster === undefined) {
    const { alone } = sums
    alone.count += 1
    alone.weightSquares += weight * weight
    alone.products += weight * weight * value
    alone.squares += weight * weight * value * value
    return
  }
  const known = sums.clusters.get(cluster)
  if (known) {
    known.weight += weight
    known.sum += weight * value
  } else {
    sums.clusters.set(cluster, { weight, sum: weight * value })
  }
}

/** The same estimate as `clusterRobustMean` of all observations at once, from their sums. */
export function meanOfSums({ alone, clusters, ...sums }: MeanSums): ClusterRobustMean | undefined {
  if (!(sums.weight > 0)) return undefined
  const mean = sums.sum / sums.weight
  let squares = Math.max(0, alone.squares - 2 * mean * alone.products + mean * mean * alone.weightSquares)
  for (const { weight, sum } of clusters.values()) squares += (sum - mean * weight) ** 2
  const count = alone.count + clusters.size
  const df = count - 1
  const se = df > 0 ? Math.sqrt((count / df) * squares) / sums.weight : undefined
  return { mean, count: sums.count, nEff: sums.weight ** 2 / sums.weightSquares, se, df }
}
