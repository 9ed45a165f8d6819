import { stratifiedKappa } from './kappa.ts'

/** How far two raters agree; each number is null where it is not defined. */
export interface Agreement {
  /** In [0,1]: the share of equal ratings. */
  exact: number
  /** At most 1: the agreement beyond chance (Cohen 1960). Null where both raters always say the same one thing. */
  kappa: number | null
  /** At most 1: the same with a distance squared for each disagreement (Cohen 1968), for ordered levels. */
  qwk: number | null
  /** In [-1,1]. Null where a rater never varies. */
  pearson: number | null
  /** In [-1,1]: Pearson's of the ranks. */
  spearman: number | null
}

/** Pairs of ratings, each in 0 to `levels` - 1. */
export interface Ratings {
  human: readonly number[]
  judge: readonly number[]
  levels: number
  /** Positive; all alike where absent. */
  weights?: readonly number[] | undefined
}

/** Agreement of a judge with people about ordered levels. @returns undefined where nothing was rated */
export function agreement({ human, judge, levels, weights }: Ratings): Agreement | undefined {
  if (human.length === 0) return undefined
  const w = weights ?? human.map(() => 1)
  const cells = new Float64Array(levels * levels)
  for (const [i, level] of human.entries()) {
    const cell = level * levels + (judge[i] ?? 0)
    cells[cell] = (cells[cell] ?? 0) + (w[i] ?? 0)
  }
  return {
    exact: exactOf(cells, levels),
    kappa: stratifiedKappa(cells, levels, 'nominal'),
    qwk: stratifiedKappa(cells, levels, 'quadratic'),
    pearson: correlation(human, judge, w),
    spearman: correlation(ranks(human, w), ranks(judge, w), w),
  }
}

function exactOf(cells: ArrayLike<number>, levels: number): number {
  let [same, total] = [0, 0]
  for (let i = 0; i < levels * levels; i += 1) {
    total += cells[i] ?? 0
    if (i % (levels + 1) === 0) same += cells[i] ?? 0
  }
  return same / total
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>, weights: readonly number[]): number | null {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = (values: ArrayLike<number>) =>
    weights.reduce((sum, weight, i) => sum + weight * (values[i] ?? 0), 0) / total
  const [meanA, meanB] = [mean(a), mean(b)]
  let [ab, aa, bb] = [0, 0, 0]
  for (const [i, weight] of weights.entries()) {
    const [x, y] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB]
    ab += weight * x * y
    aa += weight * x * x
    bb += weight * y * y
  }
  return aa > total * 1e-12 && bb > total * 1e-12 ? ab / Math.sqrt(aa * bb) : null
}

/** Each value's place in the order, by weight; equal values share the middle of their places. */
function ranks(values: readonly number[], weights: readonly number[]): Float64Array {
  const weightOf = new Map<number, number>()
  for (const [i, value] of values.entries()) weightOf.set(value, (weightOf.get(value) ?? 0) + (weights[i] ?? 0))
  const rankOf = new Map<number, number>()
  let before = 0
  for (const value of [...weightOf.keys()].sort((a, b) => a - b)) {
    const weight = weightOf.get(value) ?? 0
    rankOf.set(value, before + weight / 2)
    before += weight
  }
  return Float64Array.from(values, (value) => rankOf.get(value) ?? 0)
}
