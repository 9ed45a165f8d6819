/**
 * Which of several e-values are discoveries at false discovery rate q, whatever their dependence (Wang & Ramdas 2022):
 * the k largest, for the largest k with the k-th at least m/(kq).
 */
export function eBH(eValues: readonly number[], q: number): { rejected: boolean[]; k: number } {
  const order = eValues.map((_, i) => i).sort((a, b) => (eValues[b] ?? 0) - (eValues[a] ?? 0))
  const k = order.findLastIndex((i, rank) => (eValues[i] ?? 0) >= eValues.length / ((rank + 1) * q)) + 1
  const chosen = new Set(order.slice(0, k))
  return { rejected: eValues.map((_, i) => chosen.has(i)), k }
}
