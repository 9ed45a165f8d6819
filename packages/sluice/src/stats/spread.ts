/**
 * The weighted quantile: each value stands at the middle of its share of the weight, straight lines between (Hyndman &
 * Fan's type 5 for equal weights).
 *
 * @param p in [0,1]
 * @returns undefined when there is no value of positive weight
 */
export function weightedQuantile(values: ArrayLike<number>, weights: ArrayLike<number>, p: number): number | undefined {
  const order = Array.from(values, (_, i) => i).filter((i) => (weights[i] ?? 0) > 0)
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const total = order.reduce((sum, i) => sum + (weights[i] ?? 0), 0)
  let before: { value: number; position: number } | undefined
  let cumulative = 0
  for (const i of order) {
    const value = values[i] ?? 0
    const weight = weights[i] ?? 0
    const position = (cumulative + weight / 2) / total
    if (position >= p) {
      if (!before) return value
      return before.value + ((value - before.value) * (p - before.position)) / (position - before.position)
    }
    before = { value, position }
    cumulative += weight
  }
  return before?.value
}

/** The weighted sample standard deviation (unbiased variance for fixed weights); undefined with fewer than two values. */
export function weightedStd(values: ArrayLike<number>, weights: ArrayLike<number>): number | undefined {
  let total = 0
  let squares = 0
  let sum = 0
  for (let i = 0; i < values.length; i += 1) {
    const weight = weights[i] ?? 0
    total += weight
    squares += weight * weight
    sum += weight * (values[i] ?? 0)
  }
  const divisor = total - squares / total
  if (!(divisor > total * 1e-12)) return undefined
  let deviations = 0
  for (let i = 0; i < values.length; i += 1) deviations += (weights[i] ?? 0) * ((values[i] ?? 0) - sum / total) ** 2
  return Math.sqrt(deviations / divisor)
}
