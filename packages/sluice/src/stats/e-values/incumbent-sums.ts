/** What bets know of the incumbent: number, sum and sum of squares of its values so far. Additive across workers. */
export interface IncumbentSums {
  n: number
  sum: number
  squares: number
}

/** What is believed before the first value, worth `weight` values. */
export interface Prior {
  mean: number
  variance: number
  weight: number
}

export interface ExpectedValue {
  mean: number
  variance: number
}

export function newIncumbentSums(): IncumbentSums {
  return { n: 0, sum: 0, squares: 0 }
}

/** Adds a value of the incumbent in place: after the bet on it, never before. */
export function addIncumbent(sums: IncumbentSums, x: number): void {
  sums.n += 1
  sums.sum += x
  sums.squares += x * x
}

/** Mean and variance of the incumbent as far as known; the variance is at least `floor`. */
export function expectIncumbent({ n, sum, squares }: IncumbentSums, prior: Prior, floor = 1e-4): ExpectedValue {
  const total = prior.weight + n
  const mean = (prior.weight * prior.mean + sum) / total
  const square = (prior.weight * (prior.variance + prior.mean ** 2) + squares) / total
  return { mean, variance: Math.max(square - mean ** 2, floor) }
}
