import { tInv } from '../distributions/student.ts'

/** What one observation adds to an estimate. */
export interface Influence {
  /** How far it moves the estimate from its value; over all observations they add up to 0. */
  influence: number
  /** Its share in the estimate; all add up to 1. */
  share: number
  /** Observations of one cluster are not independent; without one it stands alone. */
  cluster: string | undefined
}

interface ClusteredInfluence {
  /** The sum of squares of the clusters' influences, with the CR1 factor G/(G-1). */
  squares: number
  clusters: number
  /** Degrees of freedom, from the effective clusters, at least 1. */
  df: number
  /** 1 / sum of the clusters' squared shares: as many clusters of equal share say as much. */
  effective: number
}

/** A two-sided interval of an estimate in [0,1]; undefined with fewer than two clusters. */
export function shareInterval(
  value: number,
  observations: readonly Influence[],
  confidence: number,
): { low: number; high: number } | undefined {
  const seen = clustered(observations)
  if (seen.clusters < 2) return undefined
  const { squares, df, effective: n } = seen
  const centre = (value + 2 / n) / (1 + 4 / n)
  const variance =
    (squares + (value - centre) ** 2 / n + (2 * (1 - centre) ** 2 + 2 * centre ** 2) / n ** 2) / (1 + 4 / n) ** 2
  const half = tInv((1 + confidence) / 2, df) * Math.sqrt(variance)
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** A two-sided interval of the difference of two such estimates on the same cases, in [-1,1]. */
export function shareDifferenceInterval(
  difference: number,
  observations: readonly Influence[],
  confidence: number,
): { low: number; high: number } | undefined {
  const seen = clustered(observations)
  if (seen.clusters < 2) return undefined
  const { squares, df, effective: n } = seen
  const centre = difference / (1 + 2 / n)
  const half = (tInv((1 + confidence) / 2, df) * Math.sqrt(squares + 1 / n ** 2)) / (1 + 2 / n)
  return { low: Math.max(-1, centre - half), high: Math.min(1, centre + half) }
}

/**
 * A spread of 0 in a few cases is no certainty. So observations are added that nobody made, as for proportions: to a
 * share two of 0 and two of 1 (Agresti & Coull 1998), to a paired difference half a one each way and two halves without
 * a difference (Agresti & Min 2005). Each weighs as much as an average cluster.
 */
function clustered(observations: readonly Influence[]): ClusteredInfluence {
  const sums = new Map<string | number, { influence: number; share: number }>()
  for (const [index, { influence, share, cluster }] of observations.entries()) {
    if (share <= 0) continue
    const key = cluster ?? index
    const sum = sums.get(key) ?? { influence: 0, share: 0 }
    sums.set(key, { influence: sum.influence + influence, share: sum.share + share })
  }
  const clusters = sums.size
  const all = [...sums.values()]
  const factor = clusters / Math.max(1, clusters - 1)
  const effective = 1 / all.reduce((sum, { share }) => sum + share ** 2, 0)
  return {
    squares: factor * all.reduce((sum, { influence }) => sum + influence ** 2, 0),
    clusters,
    df: Math.max(1, effective - 1),
    effective,
  }
}
