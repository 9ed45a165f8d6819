import { clopperPearson } from './clopper-pearson.ts'

/**
 * The exact upper bound of a probability that came true `successes` times in `trials` >= 1 independent trials: it lies
 * above the true one with a probability of at least `confidence`. It is one end of the interval of Clopper & Pearson
 * (1934) with twice the error. 0 of 50 at 0.95 is 0.058.
 */
export function upperBound(successes: number, trials: number, confidence = 0.95): number {
  return clopperPearson(successes, trials, 2 * confidence - 1).high
}

/** The exact lower bound, likewise: it lies below the true one with a probability of at least `confidence`. */
export function lowerBound(successes: number, trials: number, confidence = 0.95): number {
  return clopperPearson(successes, trials, 2 * confidence - 1).low
}

/**
 * The fewest trials with so many successes whose upper bound is at most `rate`, which must lie in (0,1). Infinity where
 * a million are too few.
 */
export function trialsForBound(successes: number, rate: number, confidence = 0.95): number {
  let [few, enough] = [Math.max(successes, 1), 1_000_000]
  if (upperBound(successes, few, confidence) <= rate) return few
  if (upperBound(successes, enough, confidence) > rate) return Infinity
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2)
    if (upperBound(successes, middle, confidence) <= rate) enough = middle
    else few = middle
  }
  return enough
}
