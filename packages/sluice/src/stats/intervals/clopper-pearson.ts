import { betaIncReg } from '../distributions/beta.ts'

/**
 * The exact confidence interval of a probability that came true `successes` times in `trials` >= 1 independent trials
 * (Clopper & Pearson 1934): it holds the true one with a probability of at least `confidence`.
 */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): { low: number; high: number } {
  const tail = (1 - confidence) / 2
  const failures = trials - successes
  return {
    low: successes === 0 ? 0 : betaQuantile(successes, failures + 1, tail),
    high: failures === 0 ? 1 : betaQuantile(successes + 1, failures, 1 - tail),
  }
}

/** A beta quantile by bisection, to more digits than the four of a printed interval. */
function betaQuantile(a: number, b: number, probability: number): number {
  let [low, high] = [0, 1]
  while (high - low > 1e-12) {
    const middle = (low + high) / 2
    if (betaIncReg(a, b, middle) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}
