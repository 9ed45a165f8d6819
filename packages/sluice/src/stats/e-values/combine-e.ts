export interface CombinedE {
  /** Log of the weighted mean of the e-values. */
  logE: number
  reject: boolean
  /** The signal that contributes most. */
  topIndex: number
  /** min(1, 1/E). */
  anytimeP: number
}

/**
 * The weighted mean of e-values, itself an e-value whatever their dependence; reject where it reaches 1/alpha. Never
 * weaker than Bonferroni with the same weights.
 *
 * @param weights non-negative, summing to at most 1
 */
export function combineE(logE: readonly number[], weights: readonly number[], alpha: number): CombinedE {
  const combined = logMixture(weights, logE)
  let topIndex = 0
  const part = (i: number) => Math.log(weights[i] ?? 0) + (logE[i] ?? 0)
  for (let i = 1; i < logE.length; i += 1) if (part(i) > part(topIndex)) topIndex = i
  return {
    logE: combined,
    reject: combined >= -Math.log(alpha),
    topIndex,
    anytimeP: Math.min(1, Math.exp(-combined)),
  }
}

/** log of the sum of weight times exp(log); -Infinity where nothing has weight. */
export function logMixture(weights: readonly number[], logs: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < weights.length; i += 1) if ((weights[i] ?? 0) > 0) most = Math.max(most, logs[i] ?? 0)
  if (!Number.isFinite(most)) return most
  let sum = 0
  for (let i = 0; i < weights.length; i += 1) {
    const weight = weights[i] ?? 0
    if (weight > 0) sum += weight * Math.exp((logs[i] ?? 0) - most)
  }
  return most + Math.log(sum)
}

/**
 * The log e-values of two workers together, bet by bet: those of disjoint users multiply, and the product of such
 * processes is a process of the same kind.
 */
export function mergeLogWealth(a: readonly number[], b: readonly number[]): number[] {
  return a.map((log, i) => log + (b[i] ?? 0))
}
