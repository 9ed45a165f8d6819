import { type Pair, pairedLook } from '../../stats/index.ts'

/**
 * How much a suite's mean difference varies, and why. Variances are those of the weighted mean over all cases with one
 * answer per case and version; r answers divide the parts of the repeats by r, and n times the cases all of it by n.
 */
export interface SuiteNoise {
  cases: number
  /** (sum w)^2 / sum w^2. */
  nEff: number
  /** The candidate's mean score; null where nothing was measured. */
  mean: number | null
  /** From repeats of the same case: the candidate's and the baseline's part. */
  withinCandidate: number
  withinBaseline: number
  /** Satterthwaite's degrees of freedom of the repeats' part for two answers; r answers have r - 1 times as many. */
  dfWithin: number
  /** From how the true difference varies between cases, clusters counted as one; null where it is not known. */
  between: number | null
  /** Clusters less one; null likewise. */
  dfBetween: number | null
}

/**
 * The noise of a measured comparison. A case with a single answer in a version cannot show how it varies: it is taken
 * to vary as the others do on average.
 *
 * @param isCompared false where the pairs are one version beside itself, which says nothing of how changes vary
 * @returns undefined where no case was asked twice, so that noise cannot be told from the spread between cases
 */
export function noiseOf(given: readonly Pair[], { isCompared }: { isCompared: boolean }): SuiteNoise | undefined {
  const pairs = withVariances(given)
  if (!pairs) return undefined
  const twice = pairedLook(pairs.map(askedTwice), { margin: 0, estimand: 'golden-set' })
  const spread = pairedLook(pairs, { margin: 0, estimand: 'population' })
  if (!twice || !spread) return undefined
  const total = pairs.reduce((sum, { weight }) => sum + weight, 0)
  const part = (of: (pair: Pair) => number) =>
    pairs.reduce((sum, pair) => sum + pair.weight ** 2 * of(pair), 0) / total ** 2
  const repeats = part(
    ({ candidate, baseline }) =>
      (candidate.variance ?? 0) / candidate.count + (baseline.variance ?? 0) / baseline.count,
  )
  const isKnown = isCompared && spread.seCluster !== undefined
  return {
    cases: pairs.length,
    nEff: spread.nEff,
    mean: pairs.reduce((sum, { weight, candidate }) => sum + weight * candidate.mean, 0) / total,
    withinCandidate: part(({ candidate }) => candidate.variance ?? 0),
    withinBaseline: part(({ baseline }) => baseline.variance ?? 0),
    dfWithin: twice.dfWithin ?? 1,
    between: isKnown ? Math.max(0, (spread.seCluster ?? 0) ** 2 - repeats) : null,
    dfBetween: isKnown ? spread.dfCluster : null,
  }
}

/** What is assumed where nothing was measured. */
export interface AssumedNoise {
  /** Standard deviation between answers to the same case. */
  sd: number
  /** Standard deviation between cases of the true difference; undefined where it is not to count. */
  sdBetween: number | undefined
}

/**
 * The noise of a suite under assumptions, with its own weights. Cases of one cluster are taken to change alike, which
 * asks for more of them than any weaker dependence.
 */
export function assumedNoise(
  cases: readonly { weight: number; cluster?: string | undefined }[],
  { sd, sdBetween }: AssumedNoise,
): SuiteNoise {
  const total = cases.reduce((sum, { weight }) => sum + weight, 0)
  const squares = cases.reduce((sum, { weight }) => sum + weight ** 2, 0)
  const clusters = new Map<string, number>()
  for (const [index, { weight, cluster }] of cases.entries()) {
    const key = cluster === undefined ? `case ${index}` : `cluster ${cluster}`
    clusters.set(key, (clusters.get(key) ?? 0) + weight)
  }
  const ofClusters = [...clusters.values()].reduce((sum, weight) => sum + weight ** 2, 0)
  const within = (sd ** 2 * squares) / total ** 2
  return {
    cases: cases.length,
    nEff: total ** 2 / squares,
    mean: null,
    withinCandidate: within,
    withinBaseline: within,
    dfWithin: 2 * cases.length,
    between: sdBetween === undefined ? null : (sdBetween ** 2 * ofClusters) / total ** 2,
    dfBetween: sdBetween === undefined ? null : Math.max(1, clusters.size - 1),
  }
}

function withVariances(pairs: readonly Pair[]): Pair[] | undefined {
  const candidate = averageVariance(pairs, 'candidate') ?? averageVariance(pairs, 'baseline')
  const baseline = averageVariance(pairs, 'baseline') ?? candidate
  if (candidate === undefined || baseline === undefined) return undefined
  return pairs.map((pair) => ({
    ...pair,
    candidate: { ...pair.candidate, variance: pair.candidate.variance ?? candidate },
    baseline: { ...pair.baseline, variance: pair.baseline.variance ?? baseline },
  }))
}

function averageVariance(pairs: readonly Pair[], role: 'candidate' | 'baseline'): number | undefined {
  const known = pairs.flatMap(({ [role]: { variance } }) => variance ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, each) => sum + each, 0) / known.length
}

function askedTwice(pair: Pair): Pair {
  return { ...pair, candidate: { ...pair.candidate, count: 2 }, baseline: { ...pair.baseline, count: 2 } }
}
