import { cleanRepeatsToPass, criticalSprt, type SprtDesign } from '../stats/index.ts'
import type { GateCase } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'

/** A critical case under Wald's test. */
export interface CriticalResult {
  id: string
  position: number
  repeats: number
  failures: number
  decision: 'pass' | 'fail' | 'undecided'
}

const acceptableFailureRate = 0.05
const unacceptableFailureRate = 0.4
const missRate = 0.1

/**
 * Each critical case by its own sequential test on pass/fail repeats of the candidate (Wald 1945): fails when it fails
 * at a rate of .4 rather than .05. The error is shared by all critical cases (Bonferroni).
 */
export function judgeCritical(cases: readonly GateCase[], policy: GatePolicy): CriticalResult[] {
  const critical = cases.flatMap((gateCase, position) => (gateCase.critical ? [{ gateCase, position }] : []))
  const design = sprtDesign((1 - policy.confidence) / critical.length)
  return critical.map(({ gateCase, position }) => {
    const flags = gateCase.candidate.map((score) => score < policy.caseThreshold)
    return {
      id: gateCase.id,
      position,
      repeats: flags.length,
      failures: flags.filter(Boolean).length,
      decision: criticalSprt(flags, design).decision,
    }
  })
}

/** Repeats without a failure after which a critical case passes: 6. */
export const cleanRepeats: number = cleanRepeatsToPass(sprtDesign(1))

function sprtDesign(alpha: number): SprtDesign {
  return { p0: acceptableFailureRate, p1: unacceptableFailureRate, alpha, beta: missRate }
}
