import { lgamma } from '../distributions/gamma.ts'

/**
 * Log Bayes factor of a sample-ratio mismatch: counts against the shares they should have, by a Dirichlet-multinomial
 * alternative (Lindon & Malek 2022). An e-process: it reaches 1/alpha with probability alpha at most if the shares
 * hold.
 *
 * @param shares positive, summing to 1
 * @param concentration of the alternative around the shares; the larger, the smaller the mismatch that is looked for
 */
export function srm(counts: readonly number[], shares: readonly number[], concentration = 1000): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return 0
  return counts.reduce(
    (sum, count, i) => {
      const share = shares[i] ?? 0
      return sum + lgamma(concentration * share + count) - lgamma(concentration * share) - count * Math.log(share)
    },
    lgamma(concentration) - lgamma(concentration + total),
  )
}
