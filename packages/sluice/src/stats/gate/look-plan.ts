import { gsBounds } from './gs-bounds.ts'
import type { PairedLook } from './paired-look.ts'

/** The looks of a sequential test, and the bounds at which the statistic ends it. */
export interface LookPlan {
  /** Repeats at each look, increasing. */
  repeats: readonly number[]
  boundsPass: readonly number[]
  boundsFail: readonly number[]
}

/**
 * The boundaries of a three-way test for the given looks. The information at a look is its share of the last look's
 * repeats. `alphaPass` bounds the chance to pass at a drop of the margin, `alphaFail` the chance to fail there.
 */
export function lookPlan(repeats: readonly number[], errors: { alphaPass: number; alphaFail: number }): LookPlan {
  const last = repeats.at(-1) ?? 1
  const fractions = repeats.map((repeat) => repeat / last)
  return {
    repeats,
    boundsPass: gsBounds(fractions, errors.alphaPass),
    boundsFail: gsBounds(fractions, errors.alphaFail),
  }
}

/**
 * The outcome of one look (0-based). Where no score varies between repeats there is no error to bound, and the
 * difference itself decides.
 */
export function outcomeAt(
  plan: LookPlan,
  look: number,
  statistics: PairedLook | undefined,
  margin: number,
): 'pass' | 'fail' | 'undecided' {
  if (statistics?.zSig === undefined) return 'undecided'
  if (isDeterministic(statistics)) return atLeast(statistics.delta, -margin) ? 'pass' : 'fail'
  if (statistics.zSig >= (plan.boundsPass[look] ?? Number.POSITIVE_INFINITY)) return 'pass'
  if (statistics.zSig <= -(plan.boundsFail[look] ?? Number.POSITIVE_INFINITY)) return 'fail'
  return 'undecided'
}

/** True when every case was repeated in both arms, always with the same score, and only such noise counts. */
export function isDeterministic({ seWithin, usesWithin }: PairedLook): boolean {
  return usesWithin && seWithin === 0
}

/** Whether a difference of scores reaches a limit, rounding errors of its computation aside. */
export function atLeast(difference: number, limit: number): boolean {
  return difference >= limit - 1e-12
}
