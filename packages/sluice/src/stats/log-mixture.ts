/** log of the sum of weight times exp(log); -Infinity where nothing has weight. */
export function logMixture(weights: readonly number[], logs: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < weights.length; i += 1) if ((weights[i] ?? 0) > 0) most = Math.max(most, logs[i] ?? 0)
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (let i = 0; i < weights.length; i += 1) {
    const weight = weights[i] ?? 0
    if (weight > 0) sum += weight * Math.exp((logs[i] ?? 0) - most)
  }
  return most + Math.log(sum)
}
