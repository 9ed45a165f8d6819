import { normCdf, normInv } from '../distributions/normal.ts'

export interface Plan {
  /** (sum w)^2 / sum w^2. */
  nEff: number
  /** Standard deviation between cases of the true difference; 0 for the golden set as estimand. */
  tau: number
  /** Variance between repeats of one case, per arm. */
  varCand: number
  varBase: number
  rCand: number
  rBase: number
  /** 1 + (mean cluster size - 1) ICC. */
  deff: number
  alpha: number
  power: number
  margin: number
}

export interface PlannedPower {
  se: number
  /** The smallest margin that is met with the given power at no true drop. */
  mde: number
  powerPassAtZeroDrop: number
  /** Effective cases for `power` at this margin, with the same repeats. */
  nForPassPower: number
}

/**
 * What a comparison of this size can tell, for one look at a normal mean (Miller 2024, arXiv 2411.00640, section 5).
 */
export function mdePower({
  nEff,
  tau,
  varCand,
  varBase,
  rCand,
  rBase,
  deff,
  alpha,
  power,
  margin,
}: Plan): PlannedPower {
  const variance = (tau * tau + varCand / rCand + varBase / rBase) * deff
  const se = Math.sqrt(variance / nEff)
  const quantiles = normInv(1 - alpha) + normInv(power)
  return {
    se,
    mde: quantiles * se,
    powerPassAtZeroDrop: normCdf(margin / se - normInv(1 - alpha)),
    nForPassPower: Math.ceil((quantiles ** 2 * variance) / margin ** 2),
  }
}
