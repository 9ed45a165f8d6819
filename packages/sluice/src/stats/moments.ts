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
  let sum = 0
  for (const score of scores) sum += score
  const mean = sum / count
  if (count === 1) return { mean, variance: undefined, count }
  if (scores.every((score) => score === scores[0])) return { mean: scores[0] ?? mean, variance: 0, count }
  let squares = 0
  for (const score of scores) squares += (score - mean) ** 2
  return { mean, variance: squares / (count - 1), count }
}

/** A number that is known, such as a threshold: no noise, however often one looks. */
export function constantMoments(value: number): Moments {
  return { mean: value, variance: 0, count: Number.POSITIVE_INFINITY }
}
