/** Plain figures, worked out here so that the product's can be held against them. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The sample standard deviation. */
export function sd(values: readonly number[]): number {
  return Math.sqrt(covariance(values, values))
}

export function correlation(a: readonly number[], b: readonly number[]): number {
  return covariance(a, b) / (sd(a) * sd(b))
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  return a.reduce((sum, value, i) => sum + (value - meanA) * ((b[i] ?? Number.NaN) - meanB), 0) / (a.length - 1)
}

/** The smallest, the middle and the largest value. */
export function range(values: readonly number[]): { low: number; middle: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { low: at(0), middle: at(0.5), high: at(1) }
}
