import type { ExpectedValue } from './incumbent-sums.ts'

/** Sums over scores with a covariate that was known before the answer and does not depend on the version. Additive. */
export interface CovariateSums {
  n: number
  w: number
  ww: number
  x: number
  wx: number
}

/**
 * Below this number of answers no slope is used. The spread of `w` is also enlarged, so that a small sample is shrunk
 * towards no slope.
 */
const fewest = 50
const shrinkage = 20

export function newCovariateSums(): CovariateSums {
  return { n: 0, w: 0, ww: 0, x: 0, wx: 0 }
}

/** Adds a score `x` with its covariate, in place. */
export function addCovariate(sums: CovariateSums, w: number, x: number): void {
  sums.n += 1
  sums.w += w
  sums.ww += w * w
  sums.x += x
  sums.wx += w * x
}

/**
 * How far a score with this covariate is expected to exceed the mean, by least squares; 0 while too little is known.
 */
export function expectedExcess(sums: CovariateSums, w: number | null): number {
  return w === null ? 0 : slopeOf(sums) * (w - sums.w / Math.max(1, sums.n))
}

/** What is expected of a score with this covariate, given what is expected of all; in [0,1] for scores in [0,1]. */
export function expectGiven({ mean, variance }: ExpectedValue, sums: CovariateSums, w: number | null): ExpectedValue {
  const excess = expectedExcess(sums, w)
  if (excess === 0) return { mean, variance }
  const explained = slopeOf(sums) ** 2 * spreadOf(sums)
  return {
    mean: Math.min(1, Math.max(0, mean + excess)),
    variance: Math.max(variance - explained, variance / 10, 1e-4),
  }
}

function spreadOf({ n, w, ww }: CovariateSums): number {
  return Math.max(0, ww / n - (w / n) ** 2)
}

function slopeOf(sums: CovariateSums): number {
  const { n, w, x, wx } = sums
  if (n < fewest) return 0
  const spread = spreadOf(sums)
  return spread > 0 ? (wx / n - (w / n) * (x / n)) / (spread * (1 + shrinkage / n)) : 0
}
