import type { CasePair } from './gate-case.ts'
import type { GatePolicy } from './policy.ts'

/** Ids of the cases that changed beyond noise, the largest change first. */
export interface ChangedCases {
  regressed: string[]
  improved: string[]
}

/** The weight of the pooled variance, in repeats, in the estimate of a single case's variance. */
const pooledWeight = 2

/** Standard errors beyond which a case counts as changed; about 1 % of unchanged cases exceed them. */
const clearly = 2.5

/**
 * Lists the cases that changed by more than the margin and by more than 2.5 of their standard errors. The variance of a
 * case is shrunk towards that of all cases, since a few repeats say little. With a single repeat noise is unknown, and
 * the tag margin is used instead. The list is a guide for reading, not a test: with many cases some are listed by
 * chance.
 */
export function changedCases(pairs: readonly CasePair[], policy: GatePolicy): ChangedCases {
  const pooled = pooledVariance(pairs)
  const moved = pairs
    .map((pair) => ({ id: pair.id, difference: pair.candidate.mean - pair.baseline.mean, pair }))
    .filter(({ difference, pair }) => Math.abs(difference) > leastChange(pair, pooled, policy))
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || (a.id < b.id ? -1 : 1))
  return {
    regressed: moved.filter(({ difference }) => difference < 0).map(({ id }) => id),
    improved: moved.filter(({ difference }) => difference > 0).map(({ id }) => id),
  }
}

function leastChange({ candidate, baseline }: CasePair, pooled: number | undefined, policy: GatePolicy): number {
  if (pooled === undefined) return policy.tagMargin
  const squares = [candidate, baseline].map(({ variance = 0, count }) => {
    const shrunk = (pooledWeight * pooled + (count - 1) * variance) / (pooledWeight + count - 1)
    return shrunk / count
  })
  return Math.max(policy.margin, clearly * Math.sqrt(squares.reduce((sum, square) => sum + square, 0)))
}

/** The variance between repeats, pooled over all cases and both versions; undefined without any repetition. */
function pooledVariance(pairs: readonly CasePair[]): number | undefined {
  let sum = 0
  let df = 0
  for (const { candidate, baseline } of pairs) {
    for (const { variance, count } of [candidate, baseline]) {
      if (variance === undefined) continue
      sum += variance * (count - 1)
      df += count - 1
    }
  }
  return df > 0 ? sum / df : undefined
}
