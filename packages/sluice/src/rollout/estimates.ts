import type { Arm } from '@sluice/client'
import { type ClusterSums, clusterVariance } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { ArmSums } from './arm-sums.ts'
import type { Evidence } from './evidence.ts'
import { marginsOf } from './non-inferiority.ts'

/** A mean score, or a rate of flagged requests. */
export interface Mean {
  value: number
  /** Robust against users with many requests; null where it is unknown. */
  standardError: number | null
  /** Scores or requests that it is of. */
  count: number
}

/** What the outcomes make of one signal. Estimates decide nothing but what the weak rule asks: they are not valid at every time of looking. */
export interface Estimate {
  signal: MeasuredSignal
  incumbent: Mean | null
  canary: Mean | null
  /** Canary minus incumbent. */
  difference: number | null
  standardError: number | null
  /** By how much the canary is worse: a lower score, a higher rate. */
  worseBy: number | null
  /** That a promotion rules out. */
  margin: number
}

/** Signals of which a promotion asks that they are not worse by their margin. */
const measuredSignals = ['score', 'errors', 'slow', 'safety'] as const

export type MeasuredSignal = (typeof measuredSignals)[number]

/** Of the signals that have a say. */
export function estimates(evidence: Evidence, settings: RolloutSettings): Estimate[] {
  return measuredSignals
    .filter((signal) => settings.signals[signal] > 0)
    .map((signal) => {
      const [incumbent, canary] = [meanOf(evidence, signal, 'incumbent'), meanOf(evidence, signal, 'canary')]
      const difference = incumbent && canary ? canary.value - incumbent.value : null
      const known = incumbent?.standardError != null && canary?.standardError != null
      return {
        ...{ signal, incumbent, canary, difference },
        standardError: known ? Math.hypot(incumbent?.standardError ?? 0, canary?.standardError ?? 0) : null,
        worseBy: difference === null ? null : signal === 'score' ? -difference : difference,
        margin: marginOf(signal, settings),
      }
    })
}

/** Of the promotion. */
function marginOf(signal: MeasuredSignal, settings: RolloutSettings): number {
  const widthOfPromotion = 2
  return marginsOf(signal, settings)[widthOfPromotion] ?? 1
}

function meanOf({ sums }: Evidence, signal: MeasuredSignal, arm: Arm): Mean | null {
  const all = sums.arms[arm]
  if (signal === 'score') return scoreMean(all.scores)
  return rate(flaggedOf(all, signal), sums.flags[signal].flagged[arm])
}

function flaggedOf(
  { requests, errors, timed, slow, refusals, invalid }: ArmSums,
  signal: 'errors' | 'slow' | 'safety',
) {
  if (signal === 'errors') return { flagged: errors, of: requests }
  return signal === 'slow' ? { flagged: slow, of: timed } : { flagged: refusals + invalid, of: requests }
}

function scoreMean(scores: ClusterSums): Mean | null {
  if (scores.count === 0) return null
  const variance = clusterVariance(scores)
  return { value: scores.sum / scores.count, standardError: Math.sqrt(variance), count: scores.count }
}

/** The flags of one user are taken to come together, as many for each who has any. */
function rate({ flagged, of }: { flagged: number; of: number }, users: number): Mean | null {
  if (of === 0) return null
  const eachUser = Math.max(1, flagged / Math.max(1, users))
  return { value: flagged / of, standardError: Math.sqrt(Math.max(1, flagged) * eachUser) / of, count: of }
}
