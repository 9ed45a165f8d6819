import { tInv } from '../distributions/student.ts'
import { influencesOf } from './mean-difference.ts'

/** Scores in [0,1] of people and of a judge. */
export interface PpiSample {
  /** What people said, one for each labelled output. At least two. */
  humanLabels: readonly number[]
  /** What the judge said about the same outputs. */
  judgeOnLabeled: readonly number[]
  /** What the judge said about the outputs that nobody labelled. At least two. */
  judgeUnlabeled: readonly number[]
  /** In (0,1): one minus the confidence of the interval. */
  alpha: number
  /** Positive: one divided by the probability with which each labelled output was drawn. All alike where absent. */
  weights?: readonly number[] | undefined
  /** Weights of the outputs without a label, e.g. those of their cases. All alike where absent. */
  unlabeledWeights?: readonly number[] | undefined
  /** What shares a name is not independent, also across the two samples. Each output is its own where absent. */
  clusters?: { labeled: readonly string[]; unlabeled: readonly string[] } | undefined
}

/** A mean as people would have found it, from few labels and many judgements. */
export interface PpiMean {
  /** In [0,1]: how much the judge's scores count. */
  lambda: number
  estimate: number
  se: number
  ciLow: number
  ciHigh: number
  /** The judge's mean minus that of people, over the labelled outputs. */
  bias: number
}

/**
 * PPI++ (Angelopoulos, Duchi & Zrnic 2023, arXiv 2311.01453): the judge's mean over everything, moved by what its
 * scores were off where people labelled. lambda = clip(Cov(Y, f) / ((1 + n/N) Var(f)), 0, 1); estimate = lambda
 * mean_N(f) + mean_n(Y - lambda f). Means are weighted; the standard error is cluster-robust over both samples
 * together, and without weights and clusters it is that of the paper. The interval is of Student's t with the number of
 * labelled clusters minus one.
 *
 * @returns undefined with fewer than two labelled or two unlabelled outputs, or clusters of them
 */
export function ppiMean(sample: PpiSample): PpiMean | undefined {
  const { humanLabels, judgeOnLabeled, judgeUnlabeled, alpha, weights, unlabeledWeights, clusters } = sample
  const [n, N] = [humanLabels.length, judgeUnlabeled.length]
  if (n < 2 || N < 2) return undefined
  const w = weights ?? humanLabels.map(() => 1)
  const v = unlabeledWeights ?? judgeUnlabeled.map(() => 1)
  const lambda = lambdaOf(humanLabels, judgeOnLabeled, judgeUnlabeled, w)
  const rest = humanLabels.map((label, i) => label - lambda * (judgeOnLabeled[i] ?? 0))
  // Names of their own keep outputs without a cluster apart.
  const own = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}\0${i}`)
  const inLabeled = { values: rest, weights: w, clusters: clusters?.labeled ?? own('labeled', n) }
  const inUnlabeled = { values: judgeUnlabeled, weights: v, clusters: clusters?.unlabeled ?? own('unlabeled', N) }
  const labeled = influencesOf(inLabeled, 1)
  const unlabeled = influencesOf(inUnlabeled, lambda)
  if (labeled.sums.size < 2 || unlabeled.sums.size < 2) return undefined
  let variance = 0
  for (const [cluster, part] of labeled.sums) variance += (part + (unlabeled.sums.get(cluster) ?? 0)) ** 2
  for (const [cluster, part] of unlabeled.sums) if (!labeled.sums.has(cluster)) variance += part ** 2
  const se = Math.sqrt(variance)
  const estimate = lambda * unlabeled.mean + labeled.mean
  const half = tInv(1 - alpha / 2, labeled.sums.size - 1) * se
  const bias = weightedMean(judgeOnLabeled, w) - weightedMean(humanLabels, w)
  return { lambda, estimate, se, ciLow: estimate - half, ciHigh: estimate + half, bias }
}

/**
 * The sample with two labels more, each of average weight: one yes that the judge calls no, and one no that it calls
 * yes (as Agresti & Coull 1998 add to a share). A judge that made no mistake on few labels otherwise has an interval of
 * no width around what it said itself. The estimate is hardly moved, since the two undo each other.
 */
export function withTwoErrors(sample: PpiSample): PpiSample {
  const { humanLabels, judgeOnLabeled, weights, clusters } = sample
  const average = weights ? weights.reduce((sum, weight) => sum + weight, 0) / weights.length : 1
  return {
    ...sample,
    humanLabels: [...humanLabels, 1, 0],
    judgeOnLabeled: [...judgeOnLabeled, 0, 1],
    ...(weights && { weights: [...weights, average, average] }),
    ...(clusters && { clusters: { ...clusters, labeled: [...clusters.labeled, '\0first', '\0second'] } }),
  }
}

/** 0 where the judge says the same of everything: then its scores tell nothing. */
function lambdaOf(
  human: readonly number[],
  judge: readonly number[],
  unlabeled: readonly number[],
  weights: readonly number[],
): number {
  const [n, N] = [human.length, unlabeled.length]
  const [meanHuman, meanJudge] = [weightedMean(human, weights), weightedMean(judge, weights)]
  const products = human.map((label, i) => (label - meanHuman) * ((judge[i] ?? 0) - meanJudge))
  const covariance = (weightedMean(products, weights) * n) / (n - 1)
  const all = [...judge, ...unlabeled]
  const mean = all.reduce((sum, score) => sum + score, 0) / all.length
  const variance = all.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (all.length - 1)
  if (!(variance > 1e-12)) return 0
  return Math.min(1, Math.max(0, covariance / ((1 + n / N) * variance)))
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let [sum, total] = [0, 0]
  for (const [i, value] of values.entries()) {
    sum += (weights[i] ?? 0) * value
    total += weights[i] ?? 0
  }
  return sum / total
}
