/** What one answer adds to one part of a metric, e.g. to the recall of one class: `hit` of `of`. */
export interface PartCount {
  hit: number
  of: number
}

/** One case in one version: the counts of every part in each of its repeats. */
export interface CountedCase {
  weight: number
  repeats: readonly (readonly PartCount[])[]
}

export interface LinearMetric {
  /** The mean of the parts' ratios. */
  value: number
  cases: LinearCase[]
}

interface LinearCase {
  /** The case's share in the denominators; the shares of all cases add up to 1. */
  share: number
  /** How far each repeat moves the metric from `value`. Over all cases the means of the repeats add up to 0. */
  influence: number[]
}

/**
 * A metric that is a mean of J ratios of sums, linearised: value = 1/J sum_j H_j / D_j with H_j = sum_i w_i h_ij and
 * D_j = sum_i w_i d_ij, and of case i the influence 1/J sum_j w_i (h_ij - (H_j / D_j) d_ij) / D_j (Woodruff 1971;
 * Binder 1983; for macro F1 Takahashi et al. 2022). Precision, recall and F1 of a class have one part, F1 as 2 TP of 2
 * TP + FP + FN; their macro means have one for each class. To first order the metric is then a mean over cases, so that
 * whatever is true of paired, clustered means is true of it. A bootstrap would need draws and a seed at each round of
 * the gate and have no statistic for its sequential test.
 *
 * @returns undefined where a part has no denominator: nothing says what its ratio is
 */
export function linearMetric(cases: readonly CountedCase[], parts: number): LinearMetric | undefined {
  const means = cases.map(({ repeats }) => meanCounts(repeats, parts))
  const hits = new Float64Array(parts)
  const totals = new Float64Array(parts)
  for (const [index, { weight }] of cases.entries()) {
    for (const [part, { hit, of }] of (means[index] ?? []).entries()) {
      hits[part] = (hits[part] ?? 0) + weight * hit
      totals[part] = (totals[part] ?? 0) + weight * of
    }
  }
  if (parts === 0 || totals.some((total) => !(total > 0))) return undefined
  const ratios = hits.map((hit, part) => hit / (totals[part] ?? 1))
  const sumOver = (counts: readonly PartCount[], term: (count: PartCount, part: number) => number) =>
    counts.reduce((sum, count, part) => sum + term(count, part) / (totals[part] ?? 1), 0) / parts
  return {
    value: ratios.reduce((sum, ratio) => sum + ratio, 0) / parts,
    cases: cases.map(({ weight, repeats }, index) => ({
      share: weight * sumOver(means[index] ?? [], ({ of }) => of),
      influence: repeats.map(
        (counts) => weight * sumOver(counts, ({ hit, of }, part) => hit - (ratios[part] ?? 0) * of),
      ),
    })),
  }
}

function meanCounts(repeats: readonly (readonly PartCount[])[], parts: number): PartCount[] {
  return Array.from({ length: parts }, (_, part) => {
    let [hit, of] = [0, 0]
    for (const counts of repeats) {
      hit += counts[part]?.hit ?? 0
      of += counts[part]?.of ?? 0
    }
    const count = Math.max(1, repeats.length)
    return { hit: hit / count, of: of / count }
  })
}
