import { tInv } from '../distributions/student.ts'

/** Values of one group, with positive weights. What shares a cluster is not independent, also across groups. */
export interface WeightedGroup {
  values: readonly number[]
  weights: readonly number[]
  clusters: readonly string[]
}

/** The difference of two weighted means with its interval. */
export interface MeanDifference {
  difference: number
  se: number
  low: number
  high: number
}

/**
 * The mean of the first group minus that of the second, with the standard error that is robust to clusters across both
 * (CR1), and Student's t with as many degrees of freedom as the smaller group has clusters, minus one.
 *
 * @returns undefined where a group has fewer than two clusters
 */
export function meanDifference(
  first: WeightedGroup,
  second: WeightedGroup,
  confidence: number,
): MeanDifference | undefined {
  const [a, b] = [influencesOf(first, 1), influencesOf(second, -1)]
  if (a.sums.size < 2 || b.sums.size < 2) return undefined
  let variance = 0
  for (const [cluster, part] of a.sums) variance += (part + (b.sums.get(cluster) ?? 0)) ** 2
  for (const [cluster, part] of b.sums) if (!a.sums.has(cluster)) variance += part ** 2
  const se = Math.sqrt(variance)
  const difference = a.mean - b.mean
  const half = tInv((1 + confidence) / 2, Math.min(a.sums.size, b.sums.size) - 1) * se
  return { difference, se, low: difference - half, high: difference + half }
}

/** What each cluster moves the weighted mean by, times `factor`, with the correction for estimating that mean (CR1). */
export function influencesOf(
  { values, weights, clusters }: WeightedGroup,
  factor: number,
): { mean: number; sums: Map<string, number> } {
  let [sum, total] = [0, 0]
  for (const [i, value] of values.entries()) {
    sum += (weights[i] ?? 0) * value
    total += weights[i] ?? 0
  }
  const mean = sum / total
  const sums = new Map<string, number>()
  for (const [i, value] of values.entries()) {
    const cluster = clusters[i] ?? String(i)
    sums.set(cluster, (sums.get(cluster) ?? 0) + ((weights[i] ?? 0) * (value - mean)) / total)
  }
  const correction = factor * Math.sqrt(sums.size / (sums.size - 1))
  for (const [cluster, part] of sums) sums.set(cluster, part * correction)
  return { mean, sums }
}
