import type { ExpectedValue } from './incumbent-sums.ts'

/** Drops of a score that the bets look for, and the weight of each. */
export const scoreDrops = { grid: [0.02, 0.04, 0.08, 0.16, 0.32], weights: [0.1, 0.25, 0.3, 0.2, 0.15] } as const

/** The part of its e-value that a bet can lose to one contribution at the most, so that none ends it. */
export const largestLoss = 0.9

export interface ScoreBet {
  canary: boolean
  /** Probability, in (0,1), with which this contribution was to come from the canary, given all before it. */
  pi: number
  /** The score, in [0,1]. */
  x: number
  /** The weight in risk-based sampling, in (0,1]: the least sampling rate over that of this request. */
  weight?: number
}

export interface ScoreBetDesign {
  /**
   * `drop` bets against "the canary is worse by at most delta", `nonInferior` against "it is worse by at least delta".
   */
  test: 'drop' | 'nonInferior'
  delta: number
  /** Differences in score, one per bet. */
  grid: readonly number[]
}

/**
 * Adds one contribution to the log e-value of each bet, in place (Waudby-Smith & Ramdas 2024, on the inverse-propensity
 * contrast of the arms). The null hypothesis makes each factor's mean at most 1 given the past, so that the e-value
 * reaches 1/alpha with probability alpha at most, at any time of looking. It needs no distribution, no constant quality
 * and no constant share; only that `expected` comes from contributions before this one.
 */
export function betScore(
  logEs: number[],
  { canary, pi, x, weight = 1 }: ScoreBet,
  { mean, variance }: ExpectedValue,
  { test, delta, grid }: ScoreBetDesign,
): void {
  const odds = pi / (1 - pi)
  const drop = test === 'drop'
  const contrast = canary ? mean - delta - x : odds * (x - mean)
  const gain = weight * (drop ? contrast : canary ? x - mean + delta : -contrast)
  const worst = drop ? Math.max(1 - mean + delta, odds * mean) : Math.max(mean - delta, odds * (1 - mean))
  const most = largestLoss / worst
  const scale = variance * (1 + odds)
  for (let i = 0; i < grid.length; i += 1) {
    logEs[i] = (logEs[i] ?? 0) + Math.log1p(Math.min((grid[i] ?? 0) / scale, most) * gain)
  }
}
