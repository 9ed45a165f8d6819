import { logBetaIncReg } from '../distributions/beta.ts'
import { normUpperTailInv } from '../distributions/normal.ts'

/** A mean difference of scores in [0,1], and what it rests on. */
export interface ObservedDrop {
  /** Candidate minus baseline. */
  delta: number
  /** A drop of this size is to be ruled out. */
  margin: number
  /** True where no score varied between repeats: then `delta` is known, and whatever comes on top was never seen. */
  constant?: boolean
}

/** The largest rate of losses that is tested, so that even with a large gain about a dozen answers are needed. */
const largestRate = 0.25

/**
 * How surely a drop of the whole margin is ruled out that consists of answers lost now and then, as a normal quantile.
 * Scores lie in [0,1], so such a drop takes lost answers at a rate of at least `margin`, or of `margin + delta` where
 * the other answers gained `delta`; the drop that is seen counts as -delta times `answers` lost outright. The chance of
 * so few is the binomial tail that the exact bound of Clopper and Pearson (1934) inverts, continued to fractions of an
 * answer: P(X <= x) = I_(1 - rate)(answers - x, x + 1).
 *
 * @param answers as many equally weighted, independent answers of the candidate would weigh the same
 */
export function zOfRareLosses({ delta, margin, constant = false }: ObservedDrop, answers: number): number {
  const rate = Math.min(margin + (constant ? delta : Math.max(delta, 0)), largestRate)
  const lost = constant ? 0 : answers * Math.max(-delta, 0)
  if (!(rate > 0 && answers > lost)) return Number.NEGATIVE_INFINITY
  const kept = { value: 1 - rate, log: Math.log1p(-rate) }
  const tail = logBetaIncReg(answers - lost, lost + 1, kept, { value: rate, log: Math.log(rate) })
  return normUpperTailInv(Math.min(tail, 0))
}

/**
 * The answers from which on such a difference rules out rare losses at the level of `z`; Infinity when no number does.
 */
export function answersAgainstRareLosses(drop: ObservedDrop, z: number): number {
  let [low, high] = [0, 1]
  while (zOfRareLosses(drop, high) < z) {
    if (high > 1e7) return Number.POSITIVE_INFINITY
    ;[low, high] = [high, 2 * high]
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (zOfRareLosses(drop, middle) >= z) high = middle
    else low = middle
  }
  return high
}
