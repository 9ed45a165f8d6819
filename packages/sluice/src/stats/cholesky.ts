/** A lower triangular matrix: row i has i + 1 numbers. */
type Triangle = readonly Float64Array[]

/**
 * The lower triangle L for which L L' is the covariance of these things.
 * @throws Error where it is none, since a combination of them would have a negative variance
 */
export function cholesky<T>(things: readonly T[], covariance: (a: T, b: T) => number): Triangle {
  const rows: Float64Array[] = []
  for (const [i, thing] of things.entries()) {
    const row = new Float64Array(i + 1)
    for (const [j, other] of rows.entries())
      row[j] = (covariance(thing, things[j] ?? thing) - dotUpTo(j, row, other)) / (other[j] ?? 1)
    const rest = covariance(thing, thing) - dotUpTo(i, row, row)
    if (!(rest > 0)) throw new Error('the covariance is not positive definite')
    row[i] = Math.sqrt(rest)
    rows.push(row)
  }
  return rows
}

/** The x for which L x = b. */
export function solveLower(lower: Triangle, b: readonly number[]): Float64Array {
  const x = new Float64Array(lower.length)
  for (const [i, row] of lower.entries()) x[i] = ((b[i] ?? 0) - dotUpTo(i, row, x)) / (row[i] ?? 1)
  return x
}

/** L x */
export function timesLower(lower: Triangle, x: readonly number[]): Float64Array {
  const values = Float64Array.from(x)
  return Float64Array.from(lower, (row, i) => dotUpTo(i + 1, row, values))
}

function dotUpTo(end: number, a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < end; k += 1) sum += (a[k] ?? 0) * (b[k] ?? 0)
  return sum
}
