import { type Influence, shareDifferenceInterval, shareInterval } from '../intervals/share-interval.ts'

/** The repeats of one case with something and without it, scores in [0,1]. Both have at least one. */
export interface EffectPair {
  weight: number
  /** Cases of one cluster are not independent; without one a case stands alone. */
  cluster?: string | undefined
  having: readonly number[]
  lacking: readonly number[]
}

/** An estimate with its two-sided interval, robust to clusters; it has none where all cases are of one cluster. */
export interface IntervalEstimate {
  value: number
  low: number | undefined
  high: number | undefined
}

/** How often answers are worse, and by how much where they are. */
export interface Loss {
  /** The weighted mean over cases of the share of their pairs of answers that are worse. */
  share: IntervalEstimate
  /** The mean distance of those pairs; undefined where there is none. */
  size: IntervalEstimate | undefined
}

/** Scores that differ by less are the same, rounded in two ways. */
const rounding = 1e-9

/** The weighted mean over cases of score with minus score without, each the mean of its repeats. In [-1,1]. */
export function meanEffect(pairs: readonly EffectPair[], confidence: number): IntervalEstimate | undefined {
  return differenceOf(pairs, ({ having, lacking }) => mean(having) - mean(lacking), confidence)
}

/**
 * How often, and by how much, an answer with it scores lower than one without it by more than `margin`. Each answer of
 * a case is held against each one without it. A share of the cases whose mean came out lower would depend on the number
 * of repeats; the expectation of this one does not.
 */
export function lossOf(
  pairs: readonly EffectPair[],
  { margin, confidence }: { margin: number; confidence: number },
): Loss | undefined {
  const cases = pairs.map(({ weight, cluster, ...pair }) => ({ weight, cluster, ...worseAnswers(pair, margin) }))
  const share = weightedMean(cases.map((one) => ({ ...one, value: one.share })))
  if (!share) return undefined
  const interval = shareInterval(share.value, share.influences, confidence)
  // A ratio of sums, linearised (Woodruff 1971): the mean loss over the worse answers, of which a case has its share.
  const worse = cases.map(({ weight, cluster, share, lost }) => ({
    weight: weight * share,
    cluster,
    value: share > 0 ? lost / share : 0,
  }))
  const size = weightedMean(worse)
  return {
    share: withInterval(share.value, interval),
    size: size && withInterval(size.value, shareInterval(size.value, size.influences, confidence)),
  }
}

/** How much more often one version is worse than a third one than another version is, on the same cases. In [-1,1]. */
export function lossChange(
  triples: readonly (EffectPair & { before: readonly number[] })[],
  { margin, confidence }: { margin: number; confidence: number },
): IntervalEstimate | undefined {
  const change = ({ having, lacking, before }: (typeof triples)[number]) =>
    worseAnswers({ having, lacking }, margin).share - worseAnswers({ having: before, lacking }, margin).share
  return differenceOf(triples, change, confidence)
}

/** The share of all pairs of answers to one case that is worse, and what they lose, spread over all pairs. */
function worseAnswers({ having, lacking }: Pick<EffectPair, 'having' | 'lacking'>, margin: number) {
  let worse = 0
  let lost = 0
  for (const score of having) {
    for (const other of lacking) {
      if (other - score <= margin + rounding) continue
      worse += 1
      lost += other - score
    }
  }
  const all = having.length * lacking.length
  return { share: worse / all, lost: lost / all }
}

/**
 * A mean of differences in [-1,1]. The paired interval alone would be too sure where a large loss is rare: of sixty
 * cases that all gain alike, an eighth of all suites has none in which one of thirty loses everything. So it reaches at
 * least as far as that of mean gain minus mean loss, each with the interval of a share (Zou & Donner 2008, without
 * covariance).
 */
function differenceOf<T extends Pick<EffectPair, 'weight' | 'cluster'>>(
  cases: readonly T[],
  measure: (one: T) => number,
  confidence: number,
): IntervalEstimate | undefined {
  const values = cases.map((one) => ({ ...one, value: measure(one) }))
  const difference = weightedMean(values)
  const gain = weightedMean(values.map((one) => ({ ...one, value: Math.max(0, one.value) })))
  const loss = weightedMean(values.map((one) => ({ ...one, value: Math.max(0, -one.value) })))
  if (!difference || !gain || !loss) return undefined
  const paired = shareDifferenceInterval(difference.value, difference.influences, confidence)
  const [gains, losses] = [gain, loss].map((one) => shareInterval(one.value, one.influences, confidence))
  if (!paired || !gains || !losses) return withInterval(difference.value, undefined)
  return withInterval(difference.value, {
    low: Math.min(paired.low, difference.value - Math.hypot(gain.value - gains.low, losses.high - loss.value)),
    high: Math.max(paired.high, difference.value + Math.hypot(gains.high - gain.value, loss.value - losses.low)),
  })
}

/** Undefined without a case of positive weight. */
function weightedMean(
  cases: readonly (Pick<EffectPair, 'weight' | 'cluster'> & { value: number })[],
): { value: number; influences: Influence[] } | undefined {
  const total = cases.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0)) return undefined
  const mean = cases.reduce((sum, { weight, value }) => sum + weight * value, 0) / total
  const influences = cases.map(({ weight, cluster, value }) => ({
    share: weight / total,
    influence: (weight * (value - mean)) / total,
    cluster,
  }))
  return { value: mean, influences }
}

function withInterval(value: number, interval: { low: number; high: number } | undefined): IntervalEstimate {
  return {
    value,
    low: interval && Math.max(-1, interval.low),
    high: interval && Math.min(1, interval.high),
  }
}

function mean(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}
