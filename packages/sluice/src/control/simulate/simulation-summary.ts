import { clopperPearson } from '../../stats/intervals/clopper-pearson.ts'
import { hourMs } from '../../time-units.ts'
import type { CanaryRun } from './canary-run.ts'
import type { Scenario } from './scenario.ts'
import { isWorse } from './scenario-answers.ts'

/** A share of the runs, with the exact 95 % confidence interval of the true share. */
export interface Share {
  count: number
  of: number
  /** Null if there are no runs of this kind. */
  share: number | null
  low: number | null
  high: number | null
}

/**
 * A quantile over runs. Runs that never got there count as infinite; null if the quantile is one of them. `low` and
 * `high` are a 95 % confidence interval for any distribution.
 */
export interface Quantile {
  value: number | null
  low: number | null
  high: number | null
}

interface Delay {
  median: Quantile
  p90: Quantile
}

export interface SimulationSummary {
  runs: number
  /** Canaries that were rolled back while they were no worse than the incumbent. */
  falseRollbacks: Share
  /**
   * Rolled back, of the canaries that were still running when they became worse. Null if the scenario has no worse
   * ones.
   */
  detected: Share | null
  /** Requests of the canary from then to the rollback. */
  delayCanaryRequests: Delay | null
  delayHours: Delay | null
  promoted: Share
  /** Promoted, of all canaries, because time was over and there was little evidence against them. */
  promotedWeakly: Share
  /** Rolled back because time was over and nothing was proven, if the rollout is configured so. */
  givenUp: Share
  inconclusive: Share
  undecided: Share
  costAlerts: Share
}

/** Summarizes the runs of a scenario. */
export function summarize(runs: readonly CanaryRun[], { canary }: Pick<Scenario, 'canary'>): SimulationSummary {
  const worseFrom = isWorse(canary) ? canary.from : Number.POSITIVE_INFINITY
  const reached = runs.filter(({ end, at }) => at >= worseFrom || (end !== 'rolledBack' && end !== 'promoted'))
  const count = (isMeant: (run: CanaryRun) => boolean) => shareOf(runs.filter(isMeant).length, runs.length)
  const isDetected = ({ end, why }: CanaryRun) => end === 'rolledBack' && why !== 'undecided'
  const delays = (delayOf: (run: CanaryRun) => number) =>
    delay(reached.map((run) => (isDetected(run) ? delayOf(run) : Number.POSITIVE_INFINITY)))
  const everWorse = worseFrom < Number.POSITIVE_INFINITY
  return {
    runs: runs.length,
    falseRollbacks: count(({ end, why, at }) => end === 'rolledBack' && why !== 'undecided' && at < worseFrom),
    detected: everWorse ? shareOf(reached.filter(isDetected).length, reached.length) : null,
    delayCanaryRequests: everWorse ? delays(({ canaryRequests }) => canaryRequests) : null,
    delayHours: everWorse ? delays(({ at }) => (at - worseFrom) / hourMs) : null,
    promoted: count(({ end }) => end === 'promoted'),
    promotedWeakly: count(({ strength }) => strength === 'weak'),
    givenUp: count(({ why }) => why === 'undecided'),
    inconclusive: count(({ end }) => end === 'inconclusive'),
    undecided: count(({ end }) => end === 'undecided'),
    costAlerts: count(({ costAlert }) => costAlert),
  }
}

function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: null, low: null, high: null }
  return { count, of, share: count / of, ...clopperPearson(count, of) }
}

function delay(values: number[]): Delay {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) }
}

/** The interval is between the order statistics at 1.96 binomial standard deviations on both sides. */
function quantile(sorted: readonly number[], level: number): Quantile {
  const rank = (position: number) => {
    const value = sorted[Math.ceil(position) - 1]
    return value === undefined || value === Number.POSITIVE_INFINITY ? null : value
  }
  const middle = sorted.length * level
  const reach = 1.96 * Math.sqrt(middle * (1 - level))
  return { value: rank(Math.max(1, middle)), low: rank(Math.max(1, middle - reach)), high: rank(middle + reach + 1) }
}
