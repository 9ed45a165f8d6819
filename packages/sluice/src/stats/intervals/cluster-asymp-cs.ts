import { mixturePrecision } from './normal-mixture.ts'

/** Scores of one arm, clustered by user. Additive over disjoint users. */
export interface ClusterSums {
  users: number
  /** Number and sum of all scores. */
  count: number
  sum: number
  /** Over users: squared sums, squared numbers, sums times numbers. */
  sumSquares: number
  countSquares: number
  products: number
}

/** The scores of one user so far. */
export interface UserScores {
  sum: number
  count: number
}

export interface ClusterInterval {
  /** Canary minus incumbent. */
  delta: number
  variance: number
  n: number
  precision: number
  /** `delta` +- this holds at all times together with confidence 1 - alpha, as far as the normal limit does. */
  halfWidth: number
  /** Log e-value against a difference of 0. */
  logE: number
}

export function newClusterSums(): ClusterSums {
  return { users: 0, count: 0, sum: 0, sumSquares: 0, countSquares: 0, products: 0 }
}

/** Adds the score `x` of a user with these scores before it, in place. */
export function addClusterScore(sums: ClusterSums, before: UserScores, x: number): void {
  if (before.count === 0) sums.users += 1
  sums.count += 1
  sums.sum += x
  sums.sumSquares += 2 * before.sum * x + x * x
  sums.countSquares += 2 * before.count + 1
  sums.products += before.sum + before.count * x + x
}

/**
 * Confidence sequence for the difference of two means, robust to users with many similar scores (Waudby-Smith et al.
 * 2024, equation 9, with a cluster-robust variance). Asymptotic, for display; not for a quality that changes during a
 * ramp.
 *
 * @param size number of scores at which it is tightest
 * @returns undefined while an arm has fewer than two users, or nothing varies
 */
export function clusterAsympCS(
  canary: ClusterSums,
  incumbent: ClusterSums,
  { alpha, size }: { alpha: number; size: number },
): ClusterInterval | undefined {
  if (canary.users < 2 || incumbent.users < 2) return undefined
  const delta = canary.sum / canary.count - incumbent.sum / incumbent.count
  const variance = clusterVariance(canary) + clusterVariance(incumbent)
  if (!(variance > 0)) return undefined
  const n = canary.count + incumbent.count
  const precision = mixturePrecision(alpha, size)
  const spread = n * precision + 1
  const halfWidth = Math.sqrt((variance * 2 * spread * Math.log(Math.sqrt(spread) / alpha)) / (n * precision))
  const logE = (precision * n * delta ** 2) / (2 * variance * spread) - Math.log(spread) / 2
  return { delta, variance, n, precision, halfWidth, logE }
}

/** Squared standard error of an arm's mean, by the sandwich over users; no number below two users. */
export function clusterVariance({ users, count, sum, sumSquares, countSquares, products }: ClusterSums): number {
  const mean = sum / count
  const residual = sumSquares - 2 * mean * products + mean ** 2 * countSquares
  return ((users / (users - 1)) * residual) / count ** 2
}

/**
 * The effective number of users: so many with equal numbers of scores would weigh the same (Kish 1965). NaN without
 * users.
 */
export function effectiveUsers({ count, countSquares }: ClusterSums): number {
  return count ** 2 / countSquares
}
