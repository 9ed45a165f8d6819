import { logMixture } from './log-mixture.ts'

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
