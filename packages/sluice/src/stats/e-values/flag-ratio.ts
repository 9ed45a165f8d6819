/** Ratios of a rate, canary to incumbent, that are looked for, and the weight of each. */
export const flagRatios = { grid: [1.5, 2, 3, 5, 10, 30], weights: [0.1, 0.2, 0.25, 0.2, 0.15, 0.1] } as const

/**
 * Adds one flagged request to the log likelihood ratios, in place: whether it came from the canary, against "its rate
 * is at most `nullRatio` times the incumbent's". Only flagged requests enter, the first of each user, so the common
 * rate may be anything and may change (after Lindon & Malek 2022, arXiv 2011.03567).
 *
 * @param pi probability of the canary, in (0,1), when this user was assigned
 */
export function flagRatio(
  logEs: number[],
  { canary, pi }: { canary: boolean; pi: number },
  { nullRatio, grid }: { nullRatio: number; grid: readonly number[] },
): void {
  const share = (ratio: number) => (pi * ratio) / (pi * ratio + 1 - pi)
  const usual = share(nullRatio)
  for (let i = 0; i < grid.length; i += 1) {
    const suspected = share(nullRatio * (grid[i] ?? 1))
    const log = canary ? Math.log(suspected / usual) : Math.log((1 - suspected) / (1 - usual))
    logEs[i] = (logEs[i] ?? 0) + log
  }
}
