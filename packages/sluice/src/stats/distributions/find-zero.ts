/**
 * The root of an increasing function between `low` and `high`, to machine precision: Newton's steps, replaced by
 * bisection wherever a step would leave the bracket. `f` answers its value and its slope.
 */
export function findZero(
  f: (x: number) => [value: number, slope: number],
  start: number,
  low: number,
  high: number,
): number {
  let [left, right, x] = [low, high, Math.min(Math.max(start, low), high)]
  for (let step = 0; step < 200; step += 1) {
    const [value, slope] = f(x)
    if (value === 0) return x
    if (value < 0) left = x
    else right = x
    const newton = x - value / slope
    const inside = newton > left && newton < right
    const next = inside ? newton : (left + right) / 2
    // The error after one of Newton's steps is of the order of the step squared.
    if (Math.abs(next - x) <= (inside ? 1e-9 : 1e-15) * Math.abs(next)) return next
    x = next
  }
  return x
}
