/** Smaller differences of scores are the rounding of means, not a change. */
export const smallestChange = 1e-9

/** Where a score went; a case without a pair went nowhere. */
export function directionOf(change: number | null): 'lower' | 'same' | 'higher' {
  if (change === null || Math.abs(change) <= smallestChange) return 'same'
  return change < 0 ? 'lower' : 'higher'
}
