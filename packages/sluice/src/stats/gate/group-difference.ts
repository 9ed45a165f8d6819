import { tInv } from '../distributions/student.ts'

/** One observation of a comparison of two groups. */
export interface GroupedValue {
  value: number
  weight: number
  cluster?: string | undefined
  /** Whether it belongs to the first group. */
  isFirst: boolean
}

export interface GroupDifference {
  first: number
  second: number
  /** First minus second. */
  difference: number
  /** Undefined where a group has fewer than two clusters. */
  se: number | undefined
  low: number | undefined
  high: number | undefined
}

interface Group {
  weight: number
  mean: number
  clusters: number
}

/**
 * The difference of two weighted means with a cluster-robust standard error, also where clusters reach into both
 * groups: the square root of sum_c (sum_{i in c} s_i w_i (x_i - mean_g) sqrt(G_g/(G_g-1)) / W_g)^2, s_i = 1 in the
 * first group and -1 in the second, G_g the clusters of group g. The interval takes Welch's degrees of freedom, from
 * the G_g - 1 of the two groups (Welch 1947; for clusters as CR1 in `clusterRobustMean`).
 *
 * @returns undefined where a group is empty
 */
export function groupDifference(values: readonly GroupedValue[], confidence: number): GroupDifference | undefined {
  const [first, second] = [groupOf(values, true), groupOf(values, false)]
  if (!first || !second) return undefined
  const difference = first.mean - second.mean
  const means = { first: first.mean, second: second.mean, difference }
  if (first.clusters < 2 || second.clusters < 2) return { ...means, se: undefined, low: undefined, high: undefined }
  const all = squaresOf(values, first, second)
  const [own, other] = [true, false].map((isFirst) => {
    const some = values.filter((value) => value.isFirst === isFirst)
    return squaresOf(some, first, second)
  }) as [number, number]
  const se = Math.sqrt(all)
  const divisor = own ** 2 / (first.clusters - 1) + other ** 2 / (second.clusters - 1)
  const df = divisor > 0 ? Math.max(1, (own + other) ** 2 / divisor) : 1
  const half = tInv((1 + confidence) / 2, df) * se
  return { ...means, se, low: difference - half, high: difference + half }
}

function groupOf(values: readonly GroupedValue[], isFirst: boolean): Group | undefined {
  const own = values.filter((value) => value.isFirst === isFirst)
  const weight = own.reduce((sum, value) => sum + value.weight, 0)
  if (!(weight > 0)) return undefined
  const mean = own.reduce((sum, value) => sum + value.weight * value.value, 0) / weight
  return { weight, mean, clusters: new Set(own.map(({ cluster }, at) => cluster ?? at)).size }
}

function squaresOf(values: readonly GroupedValue[], first: Group, second: Group): number {
  const sums = new Map<string | number, number>()
  for (const [at, { value, weight, cluster, isFirst }] of values.entries()) {
    const group = isFirst ? first : second
    const scale = Math.sqrt(group.clusters / (group.clusters - 1)) / group.weight
    const share = (isFirst ? 1 : -1) * weight * (value - group.mean) * scale
    sums.set(cluster ?? at, (sums.get(cluster ?? at) ?? 0) + share)
  }
  return [...sums.values()].reduce((sum, own) => sum + own ** 2, 0)
}
