/** Buckets of equal ratio. A value outside goes to the first or the last bucket. */
export interface SketchDesign {
  /** Upper bound of the first bucket. */
  least: number
  /** Upper bound of a bucket over that of the one before, above 1: the relative error of a quantile. */
  ratio: number
  buckets: number
}

/** Counts per bucket; additive. */
export function newSketch({ buckets }: SketchDesign): number[] {
  return new Array<number>(buckets).fill(0)
}

/** Counts a non-negative value, in place. */
export function addToSketch(counts: number[], value: number, { least, ratio, buckets }: SketchDesign): void {
  const bucket = value <= least ? 0 : Math.ceil(Math.log(value / least) / Math.log(ratio))
  const place = Math.min(Math.max(bucket, 0), buckets - 1)
  counts[place] = (counts[place] ?? 0) + 1
}

/** The upper bound of the bucket that holds the quantile; undefined without a value. */
export function sketchQuantile(
  counts: readonly number[],
  p: number,
  { least, ratio }: SketchDesign,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let seen = 0
  const bucket = counts.findIndex((count) => {
    seen += count
    return seen >= p * total
  })
  return least * ratio ** bucket
}
