/** What the repeats of one case say about its score. */
export interface Moments {
  mean: number
  /** Sample variance between repeats; undefined with fewer than two. */
  variance: number | undefined
  /** Repeats. Infinity for a known constant. */
  count: number
}

/** @returns undefined when there is no score */
export function momentsOf(scores: readonly number[]): Moments | undefined {
  const count = scores.length
  if (count === 0) return undefined
  const [first = 0] = scores
  let sum = 0
  let constant = true
  for (const score of scores) {
    sum += score
    constant &&= score === first
  }
  if (constant) return { mean: first, variance: count > 1 ? 0 : undefined, count }
  const mean = sum / count
  let squares = 0
  for (const score of scores) squares += (score - mean) * (score - mean)
  return { mean, variance: squares / (count - 1), count }
}

/** A number that is known, such as a threshold: no noise, however often one looks. */
export function constantMoments(value: number): Moments {
  return { mean: value, variance: 0, count: Number.POSITIVE_INFINITY }
}
