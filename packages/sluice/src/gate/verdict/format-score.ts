/** A score or a margin, as the sentences of a verdict print it. */
export function formatScore(score: number): string {
  return score.toFixed(3)
}

/** A difference of scores, always with its sign. */
export function formatDifference(difference: number): string {
  const rounded = difference.toFixed(3)
  if (Number(rounded) === 0) return '0.000'
  return difference > 0 ? `+${rounded}` : rounded
}
