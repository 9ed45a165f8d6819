/**
 * log(1 + x) - x for x > -1, without the cancellation near 0.
 * With s = x / (2 + x), log(1 + x) = 2 atanh(s) and 2s - x = -s x.
 */
export function log1pMinusX(x: number): number {
  if (Math.abs(x) > 0.5) return Math.log1p(x) - x
  const s = x / (2 + x)
  const square = s * s
  let power = 1
  let sum = 0
  for (let k = 3; power > 1e-18; k += 2) {
    sum += power / k
    power *= square
  }
  return 2 * s * square * sum - s * x
}
