import { largestLoss } from './bet-score.ts'
import type { ExpectedValue } from './incumbent-sums.ts'

/** Cost ratios, beyond the tolerated one, that the bets look for, and the weight of each. */
export const costRatios = { grid: [1.1, 1.33, 2, 4], weights: [0.2, 0.3, 0.3, 0.2] } as const

/** Least variance of a cost as a share of its cap. */
export const costVarianceFloor = 1e-6

export interface CostBet {
  canary: boolean
  /** The probability of the canary, as in a `ScoreBet`. */
  pi: number
  /** min(cost, cap) / cap, in [0,1]; the cap was fixed before. */
  x: number
}

/**
 * Adds one contribution to the log e-value of each bet against "the canary costs at most `ratio` times what the
 * incumbent does", in place. Valid as `betScore` is.
 */
export function betCostRatio(
  logEs: number[],
  { canary, pi, x }: CostBet,
  { mean, variance }: ExpectedValue,
  { ratio, grid }: { ratio: number; grid: readonly number[] },
): void {
  const odds = pi / (1 - pi)
  const gain = canary ? x - ratio * mean : -odds * ratio * (x - mean)
  const most = largestLoss / Math.max(ratio * mean, odds * ratio * (1 - mean))
  const scale = variance * ratio ** 2 * (1 + odds)
  for (let i = 0; i < grid.length; i += 1) {
    const fraction = Math.min((((grid[i] ?? 1) - 1) * ratio * mean) / scale, most)
    logEs[i] = (logEs[i] ?? 0) + Math.log1p(fraction * gain)
  }
}
