import { inverseGaussianQuantile } from './inverse-gaussian.ts'

/** How much longer than the best bet a mixture of bets takes, as simulated: to find a drop, a rate, or to rule out a drop. */
const lossOf = { drop: 1.25, rate: 1.35, nonInferior: 1.3 } as const

/** Scores that never vary are not believed to: the bets reckon with this variance at the least. */
const leastVariance = 1e-4

/** How many contributions of the canary a decision takes: estimates, right to a factor of about 1.5. */
export interface ContributionsNeeded {
  mean: number
  median: number
  p90: number
}

/**
 * Contributions of the canary until a drop of its mean score is found. In units of information: a contribution at share pi
 * is worth 1 - pi, since the incumbent has to be estimated, too. The spread is that of a Brownian motion's first passage.
 *
 * @param alpha the error budget of this signal
 */
export function contributionsForDrop(drop: number, deviation: number, alpha: number): ContributionsNeeded {
  return needed((lossOf.drop * 2 * varianceOf(deviation) * -Math.log(alpha)) / drop ** 2, alpha)
}

/** The same until a drop of `margin` is ruled out, where in truth there is none. */
export function contributionsForProof(margin: number, deviation: number, alpha: number): ContributionsNeeded {
  return needed((lossOf.nonInferior * 2 * varianceOf(deviation) * -Math.log(alpha)) / margin ** 2, alpha)
}

/**
 * Users of the canary until a rate that is `ratio` times that of the incumbent is found, at share `pi`: only flagged
 * requests tell, each as much as the arms of the two hypotheses differ.
 */
export function usersForRate(rate: number, ratio: number, pi: number, alpha: number): ContributionsNeeded {
  const suspected = (pi * ratio) / (pi * ratio + 1 - pi)
  const perFlag = suspected * Math.log(suspected / pi) + (1 - suspected) * Math.log((1 - suspected) / (1 - pi))
  const flagsPerUser = Math.min(1, rate * ratio) + (rate * (1 - pi)) / pi
  return needed((lossOf.rate * -Math.log(alpha)) / (flagsPerUser * perFlag), alpha)
}

const varianceOf = (deviation: number) => Math.max(deviation ** 2, leastVariance)

function needed(mean: number, alpha: number): ContributionsNeeded {
  const distribution = { mean, shape: (mean * -Math.log(alpha)) / 2 }
  return {
    mean,
    median: inverseGaussianQuantile(0.5, distribution),
    p90: inverseGaussianQuantile(0.9, distribution),
  }
}
