/**
 * Weighted quantiles: each value stands at the middle of its share of the weight, straight lines between (Hyndman &
 * Fan's type 5 for equal weights).
 *
 * @param shares in [0,1]
 * @returns one quantile per share, undefined when there is no value of positive weight
 */
export function weightedQuantiles(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  shares: readonly number[],
): (number | undefined)[] {
  const order = weightyInOrder(values, weights)
  const total = order.reduce((sum, i) => sum + (weights[i] ?? 0), 0)
  return shares.map((share) => quantileOf(values, weights, { order, total, share }))
}

/** One weighted quantile, see `weightedQuantiles`. */
export function weightedQuantile(values: ArrayLike<number>, weights: ArrayLike<number>, p: number): number | undefined {
  return weightedQuantiles(values, weights, [p])[0]
}

/** Indices of the values that weigh anything, smallest value first. */
function weightyInOrder(values: ArrayLike<number>, weights: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i += 1) if ((weights[i] ?? 0) > 0) order[count++] = i
  return order.subarray(0, count).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
}

function quantileOf(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  { order, total, share }: { order: Uint32Array; total: number; share: number },
): number | undefined {
  let before: { value: number; position: number } | undefined
  let cumulative = 0
  for (const i of order) {
    const value = values[i] ?? 0
    const weight = weights[i] ?? 0
    const position = (cumulative + weight / 2) / total
    if (position >= share) {
      if (!before) return value
      return before.value + ((value - before.value) * (share - before.position)) / (position - before.position)
    }
    before = { value, position }
    cumulative += weight
  }
  return before?.value
}

/**
 * The weighted sample standard deviation (unbiased variance for fixed weights); undefined with fewer than two values.
 */
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
