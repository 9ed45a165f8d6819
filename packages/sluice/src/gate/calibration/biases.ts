import type { Calibration } from '../../records/report/calibration.ts'
import { clusterRobustMean, meanDifference, tInterval, weightedQuantile } from '../../stats/index.ts'
import { confidence, shareOf } from './judge-measures.ts'
import type { JudgedLabel } from './judged-labels.ts'

/** What the judge says beyond what people say: 1 for a yes too many, -1 for a yes too few. */
function errorOf({ human, verdicts }: JudgedLabel): number {
  return shareOf(verdicts, 'yes') - (human === 'yes' ? 1 : 0)
}

function groupOf(labels: readonly JudgedLabel[]) {
  return {
    values: labels.map(errorOf),
    weights: labels.map(({ weight }) => weight),
    clusters: labels.map(({ cluster }) => cluster),
  }
}

/** Whether the judge is kinder to long outputs: its error on the longer half minus that on the shorter. */
export function verbosityBias(labels: readonly JudgedLabel[]): Calibration['verbosityBias'] {
  const lengths = labels.map(({ length }) => length)
  const median = weightedQuantile(
    lengths,
    lengths.map(() => 1),
    0.5,
  )
  if (median === undefined) return null
  const long = labels.filter(({ length }) => length > median)
  const short = labels.filter(({ length }) => length <= median)
  const found = meanDifference(groupOf(long), groupOf(short), confidence)
  return found
    ? { difference: found.difference, low: found.low, high: found.high, medianLength: Math.round(median) }
    : null
}

/** The versions under comparison, where a run names them. */
export interface ComparedVersions {
  candidate: string
  baseline: string
}

/**
 * Whether the judge is kinder to one of two versions, which no repeat of a run would show. Outputs of the very versions
 * are compared where both have labels; else those that were a candidate's and a baseline's when they were labelled.
 */
export function versionBias(
  labels: readonly JudgedLabel[],
  margin: number,
  versions: ComparedVersions | undefined,
): Calibration['versionBias'] {
  const of = (version: string) => labels.filter((label) => label.version === version)
  const exact = versions && versions.candidate !== versions.baseline
  const [ours, theirs] = exact ? [of(versions.candidate), of(versions.baseline)] : [[], []]
  const usable = ours.length > 0 && theirs.length > 0
  const candidate = usable ? ours : labels.filter((label) => label.candidate)
  const baseline = usable ? theirs : labels.filter((label) => !label.candidate)
  const found = meanDifference(groupOf(candidate), groupOf(baseline), confidence)
  if (!found) return null
  const { difference, low, high } = found
  const limit = margin / 2
  // Without any spread the interval has no width, which few labels without a mistake do not prove.
  const isShown = low < high && low >= -limit && high <= limit
  const state = low > limit || high < -limit ? 'judge-limited' : isShown ? 'excluded' : 'open'
  return { difference, low, high, limit, state }
}

/** How often the judge contradicts itself on the same text; null unless it was asked more than once. */
export function selfConsistency(labels: readonly JudgedLabel[]): Calibration['selfConsistency'] {
  const repeated = labels.filter(({ verdicts }) => verdicts.length > 1)
  if (repeated.length === 0) return null
  const flips = repeated.map(({ verdicts }) => disagreement(verdicts))
  const found = clusterRobustMean(
    flips,
    repeated.map(({ weight }) => weight),
    repeated.map(({ cluster }) => cluster),
  )
  if (!found) return null
  const interval = tInterval(found, confidence)
  const same = flips.filter((flip) => flip === 0).length / flips.length
  // A judge that never flipped may flip all the same: the interval of no spread says nothing.
  const known = interval && interval.low < interval.high
  return {
    outputs: repeated.length,
    same,
    flips: {
      value: found.mean,
      low: known ? Math.max(0, interval.low) : null,
      high: known ? Math.min(1, interval.high) : null,
    },
  }
}

/** The probability that two of the verdicts, drawn without putting back, differ. */
function disagreement(verdicts: readonly string[]): number {
  const count = verdicts.length
  const kinds = [...new Set(verdicts)]
  const alike = kinds.reduce((sum, kind) => {
    const own = verdicts.filter((verdict) => verdict === kind).length
    return sum + own * (own - 1)
  }, 0)
  return 1 - alike / (count * (count - 1))
}
