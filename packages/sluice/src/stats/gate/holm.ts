/**
 * Holm's adjusted p-values, in the order of the input: reject where at most alpha, and the family-wise error is alpha.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1))
  const adjusted = new Array<number>(pValues.length)
  let largest = 0
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[i] ?? 1)))
    adjusted[i] = largest
  }
  return adjusted
}
