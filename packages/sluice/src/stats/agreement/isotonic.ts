/**
 * The non-decreasing values nearest to `y` by weighted least squares, by pooling adjacent violators (Ayer et al. 1955).
 * `x` must not decrease; what has the same `x` gets the same value.
 *
 * @param w positive weights; all 1 where absent
 * @returns one value for each point, in its order
 */
export function isotonic(x: readonly number[], y: readonly number[], w: readonly number[] = y.map(() => 1)): number[] {
  const blocks: { x: number; sum: number; weight: number; count: number }[] = []
  for (const [i, at] of x.entries()) {
    const weight = w[i] ?? 1
    const last = blocks.at(-1)
    const own = { x: at, sum: weight * (y[i] ?? 0), weight, count: 1 }
    if (last?.x === at) join(last, own)
    else blocks.push(own)
  }
  const pooled: typeof blocks = []
  for (const block of blocks) {
    let next = { ...block }
    for (let before = pooled.at(-1); before && before.sum / before.weight >= next.sum / next.weight; ) {
      pooled.pop()
      join(before, next)
      next = before
      before = pooled.at(-1)
    }
    pooled.push(next)
  }
  return pooled.flatMap(({ sum, weight, count }) => new Array<number>(count).fill(sum / weight))
}

function join(
  block: { sum: number; weight: number; count: number },
  other: { sum: number; weight: number; count: number },
): void {
  block.sum += other.sum
  block.weight += other.weight
  block.count += other.count
}
