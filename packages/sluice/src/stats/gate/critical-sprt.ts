/** Wald's test of "fails at rate p0 or less" against "fails at rate p1 or more". */
export interface SprtDesign {
  p0: number
  p1: number
  /** The chance to fail a case of rate p0, over any number of repeats. */
  alpha: number
  /** The chance to pass a case of rate p1. */
  beta: number
}

export interface SprtResult {
  /** The log likelihood ratio after each repeat. */
  llr: number[]
  decision: 'pass' | 'fail' | 'undecided'
  /** The number of repeats at which it was decided; undefined while it is not. */
  decidedAt: number | undefined
}

/**
 * Sequential probability ratio test on pass/fail repeats (Wald 1945): fails at llr >= ln(1/alpha), which Ville's
 * inequality bounds by alpha however often one looks, and passes at llr <= ln(beta). The first crossing decides.
 *
 * @param failFlags for each repeat in order, whether it failed (true or 1)
 */
export function criticalSprt(
  failFlags: readonly (boolean | number)[],
  { p0, p1, alpha, beta }: SprtDesign,
): SprtResult {
  const step = { fail: Math.log(p1 / p0), clean: Math.log((1 - p1) / (1 - p0)) }
  const llr: number[] = []
  let sum = 0
  let decision: SprtResult['decision'] = 'undecided'
  let decidedAt: number | undefined
  for (const failed of failFlags) {
    sum += failed ? step.fail : step.clean
    llr.push(sum)
    if (decision === 'undecided') {
      if (sum >= -Math.log(alpha)) decision = 'fail'
      else if (sum <= Math.log(beta)) decision = 'pass'
      if (decision !== 'undecided') decidedAt = llr.length
    }
  }
  return { llr, decision, decidedAt }
}

/** How many clean repeats in a row pass a case that has not failed yet. */
export function cleanRepeatsToPass({ p0, p1, beta }: SprtDesign): number {
  return Math.ceil(Math.log(beta) / Math.log((1 - p1) / (1 - p0)))
}
