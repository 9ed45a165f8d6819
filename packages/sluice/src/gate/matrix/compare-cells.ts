import type { MatrixDifference } from '../../records/report/matrix-report.ts'
import { momentsOf, type Pair, pairedLook, signFlipP, tInterval } from '../../stats/index.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'

export interface ComparisonTerms {
  /** The chance with which all intervals hold together, e.g. 0.95. */
  confidence: number
  /** Intervals that are to hold together. */
  comparisons: number
  /** Answers that each case was to have. */
  repeats: number
}

/**
 * The difference of two cells over the cases that both have scored, candidate minus baseline. Its interval carries the
 * correction for all comparisons of the matrix (Bonferroni), by the spread between clusters of cases. `better` and
 * `worse` are said only where it excludes 0, and would whatever the missing answers had scored; of an unfinished
 * candidate `better` is never said.
 */
export function differenceOfCells(cases: readonly CaseScores[], terms: ComparisonTerms): MatrixDifference {
  const seen = jointDifference(cases, terms)
  const missing = missingAnswers(cases, terms.repeats)
  const sign = Math.sign(seen.ciLow !== null && seen.ciLow > 0 ? 1 : seen.ciHigh !== null && seen.ciHigh < 0 ? -1 : 0)
  const holds = sign !== 0 && (missing.total === 0 || holdsAtWorst(cases, sign, terms))
  const outcome = !holds ? 'undecided' : sign < 0 ? 'worse' : missing.candidate > 0 ? 'undecided' : 'better'
  return { ...seen, outcome }
}

type JointDifference = Omit<MatrixDifference, 'outcome'>

function jointDifference(cases: readonly CaseScores[], { confidence, comparisons }: ComparisonTerms): JointDifference {
  const pairs = cases.flatMap((row): Pair[] => {
    const [candidate, baseline] = [row.candidate, row.baseline].map((scores) => momentsOf(scoredRepeats(scores)))
    return candidate && baseline ? [{ weight: row.weight, cluster: row.cluster, candidate, baseline }] : []
  })
  const paired = pairedLook(pairs, { margin: 0, estimand: 'population' })
  if (!paired) return { pairs: 0, mean: null, ciLow: null, ciHigh: null }
  const alpha = (1 - confidence) / Math.max(1, comparisons)
  const interval = tInterval({ mean: paired.delta, se: paired.seUsed, df: paired.dfUsed ?? 1 }, 1 - alpha)
  if (!interval) return { pairs: pairs.length, mean: paired.delta, ciLow: null, ciHigh: null }
  const { low, high } = widened(interval, paired.delta, clustersOf(pairs), alpha)
  return { pairs: pairs.length, mean: paired.delta, ciLow: Math.max(-1, low), ciHigh: Math.min(1, high) }
}

/**
 * With few or sparse differences the t interval is too sure. It reaches 0 unless the sign-flip test agrees, and on a
 * side to which no case differs it reaches as far as such cases may be among those that were not asked.
 */
function widened(
  { low, high }: { low: number; high: number },
  mean: number,
  clusters: readonly Cluster[],
  alpha: number,
): { low: number; high: number } {
  const differences = clusters.map(({ difference }) => difference)
  const reachesZero = (low > 0 || high < 0) && signFlipP(differences) > alpha
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0)
  const effective = total ** 2 / clusters.reduce((sum, { weight }) => sum + weight ** 2, 0)
  const unseen = 1 - (alpha / 2) ** (1 / effective)
  const lows = [low, ...(reachesZero ? [0] : []), ...(differences.some((each) => each < 0) ? [] : [mean - unseen])]
  const highs = [high, ...(reachesZero ? [0] : []), ...(differences.some((each) => each > 0) ? [] : [mean + unseen])]
  return { low: Math.min(...lows), high: Math.max(...highs) }
}

interface Cluster {
  weight: number
  /** Weighted, candidate minus baseline. */
  difference: number
}

/** A case without a cluster is its own. */
function clustersOf(pairs: readonly Pair[]): Cluster[] {
  const named = new Map<string, Cluster>()
  const all: Cluster[] = []
  for (const { weight, cluster, candidate, baseline } of pairs) {
    const difference = weight * (candidate.mean - baseline.mean)
    const known = cluster === undefined ? undefined : named.get(cluster)
    if (known) {
      known.weight += weight
      known.difference += difference
      continue
    }
    const own = { weight, difference }
    all.push(own)
    if (cluster !== undefined) named.set(cluster, own)
  }
  return all
}

function missingAnswers(cases: readonly CaseScores[], repeats: number): { candidate: number; total: number } {
  const lacking = (scores: CaseScores['candidate']) => repeats - scoredRepeats(scores).length
  const candidate = cases.reduce((sum, row) => sum + lacking(row.candidate), 0)
  return { candidate, total: cases.reduce((sum, row) => sum + lacking(row.baseline), candidate) }
}

/** Whether the interval still lies on that side of 0 with every missing answer filled in against it. */
function holdsAtWorst(cases: readonly CaseScores[], sign: number, terms: ComparisonTerms): boolean {
  const filled = (scores: CaseScores['candidate'], missing: number) =>
    Array.from({ length: Math.max(terms.repeats, scores.length) }, (_, index) => scores[index] ?? missing)
  const [ours, theirs] = sign > 0 ? [0, 1] : [1, 0]
  const atWorst = cases.map((row) => ({
    ...row,
    candidate: filled(row.candidate, ours),
    baseline: filled(row.baseline, theirs),
  }))
  const { ciLow, ciHigh } = jointDifference(atWorst, terms)
  return sign > 0 ? ciLow !== null && ciLow > 0 : ciHigh !== null && ciHigh < 0
}
