import type { Pair, PairedLook } from './paired-look.ts'

/**
 * A t statistic made symmetric: Hall's cubic transformation (1992, "On the removal of skewness by transformation"), T +
 * g (T^2/3 + 1/6) + g^2 T^3/27, which rises with T. Where estimate and standard error rest on the same few low scores,
 * a large T comes by chance more often than the t distribution says.
 *
 * @param skewness g of the estimate itself: its third cumulant over the cube of its standard error
 */
export function skewedT(t: number, skewness: number): number {
  return t + skewness * (t ** 2 / 3 + 1 / 6) + (skewness ** 2 * t ** 3) / 27
}

/**
 * The skewness of a paired difference: from the repeats within the cases where its standard error is from there and
 * every case has three in both arms, else from the spread between cases. 0 where nothing varies, or too little is
 * known.
 */
export function skewnessOf(pairs: readonly Pair[], { delta, seUsed, usesWithin }: PairedLook): number {
  if (!seUsed) return 0
  const total = pairs.reduce((sum, { weight }) => sum + weight, 0)
  const within = usesWithin ? cumulantWithin(pairs) : undefined
  const cumulant = within ?? cumulantBetween(pairs, delta)
  return cumulant / (total * seUsed) ** 3
}

/**
 * The third cumulant of the weighted sum that comes from repeats; undefined unless every case has three in both arms.
 */
function cumulantWithin(pairs: readonly Pair[]): number | undefined {
  let sum = 0
  for (const { weight, candidate, baseline } of pairs) {
    if (candidate.thirdCumulant === undefined || baseline.thirdCumulant === undefined) return undefined
    sum += weight ** 3 * (candidate.thirdCumulant / candidate.count ** 2 - baseline.thirdCumulant / baseline.count ** 2)
  }
  return sum
}

/** The cumulant from the spread between clusters; 0 with fewer than three. */
function cumulantBetween(pairs: readonly Pair[], delta: number): number {
  const clusters = new Map<string | number, number>()
  for (const [i, { weight, cluster, candidate, baseline }] of pairs.entries()) {
    const residual = weight * (candidate.mean - baseline.mean - delta)
    clusters.set(cluster ?? i, (clusters.get(cluster ?? i) ?? 0) + residual)
  }
  const count = clusters.size
  if (count < 3) return 0
  const cubes = [...clusters.values()].reduce((sum, residual) => sum + residual ** 3, 0)
  return (cubes * count ** 2) / ((count - 1) * (count - 2))
}
