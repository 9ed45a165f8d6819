/** Mean, variance and third cumulant of the repeats of one case. */
export interface Moments {
  mean: number
  /** Sample variance between repeats; undefined with fewer than two. */
  variance: number | undefined
  /** Third cumulant between repeats, without bias (k statistic); undefined with fewer than three. */
  thirdCumulant: number | undefined
  /** The number of repeats; Infinity for a known constant. */
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
  if (constant) {
    return { mean: first, variance: count > 1 ? 0 : undefined, thirdCumulant: count > 2 ? 0 : undefined, count }
  }
  const mean = sum / count
  let squares = 0
  let cubes = 0
  for (const score of scores) {
    const distance = score - mean
    squares += distance * distance
    cubes += distance * distance * distance
  }
  const thirdCumulant = count > 2 ? (count * cubes) / ((count - 1) * (count - 2)) : undefined
  return { mean, variance: squares / (count - 1), thirdCumulant, count }
}

/** The moments of a known number, such as a threshold, which has no noise. */
export function constantMoments(value: number): Moments {
  return { mean: value, variance: 0, thirdCumulant: 0, count: Number.POSITIVE_INFINITY }
}
