import { logBeta } from '../distributions/beta.ts'
import { mixturePrecision } from './normal-mixture.ts'

/**
 * Confidence sequence for a rate by a beta-binomial mixture (Howard et al. 2021, proposition 7): holds at all times
 * together with confidence 1 - alpha.
 *
 * @param design.size number of trials at which it is tightest, for the confidence 1 - `design.alpha`
 */
export function bernoulliCS(
  { successes, n }: { successes: number; n: number },
  alpha: number,
  design: { size: number; alpha: number } = { size: 500, alpha },
): { lower: number; upper: number } {
  const excess = (p: number) => logMixtureRatio(successes, n, p, design) + Math.log(alpha)
  const estimate = n === 0 ? 0.5 : successes / n
  return {
    lower: excess(tiny) > 0 ? bisect(excess, tiny, estimate) : 0,
    upper: excess(1 - tiny) > 0 ? bisect(excess, 1 - tiny, estimate) : 1,
  }
}

const tiny = 1e-12

/** Log likelihood ratio of a beta prior with mean p to the rate p itself. */
function logMixtureRatio(successes: number, n: number, p: number, design: { size: number; alpha: number }): number {
  const q = 1 - p
  const spread = Math.max(1 / mixturePrecision(design.alpha, design.size * p * q) - p * q, 1e-3 * p * q)
  const [a, b] = [spread / q, spread / p]
  const failures = n - successes
  return logBeta(a + successes, b + failures) - logBeta(a, b) - successes * Math.log(p) - failures * Math.log(q)
}

/** Where `excess` changes its sign between a rate that is excluded and one that is not. */
function bisect(excess: (p: number) => number, excluded: number, included: number): number {
  let [outside, inside] = [excluded, included]
  for (let step = 0; step < 100 && Math.abs(inside - outside) > 1e-14; step += 1) {
    const middle = (outside + inside) / 2
    if (excess(middle) > 0) outside = middle
    else inside = middle
  }
  return (outside + inside) / 2
}
