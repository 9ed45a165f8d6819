import type { Arm, Capture } from '@sluice/client'
import type { Rollout } from '../release/rollout.ts'

const wholePpm = 1_000_000

/** Beyond so many judged incumbents for each judged user of the canary more of them tell nearly nothing. */
const incumbentsPerCanary = 10

/** With which probability a request is judged, and one of the other arm in its place; both in (0,1]. */
export interface Sampling {
  sampled: number
  sampledOther: number
  /** Share of the requests that sent their content along which is to be judged, in (0,1]. */
  kept: number
}

/**
 * How a request of an arm is sampled, given the probability with which its client sent the content along. Under a small
 * share there are far more incumbents than are worth a judge's call, so of those only a part is kept.
 */
export function samplingOf(
  { captured, arm, stage }: { captured: number; arm: Arm | null; stage: number | null },
  capture: Capture,
  rollout: Pick<Rollout, 'settings'> | undefined,
): Sampling {
  const share = rollout?.settings.stages[stage ?? -1]?.ppm
  if (arm === null || share === undefined) return { sampled: captured, sampledOther: captured, kept: 1 }
  const kept = keptOf(capture, share)
  const other = arm === 'canary' ? 'incumbent' : 'canary'
  const sampledOther = Math.min(1, capture[other] / wholePpm) * kept[other]
  return { sampled: captured * kept[arm], sampledOther, kept: kept[arm] }
}

function keptOf({ incumbent, canary }: Capture, sharePpm: number): Record<Arm, number> {
  const incumbents = incumbent * (wholePpm - sharePpm)
  const canaries = canary * sharePpm
  if (incumbents === 0 || canaries === 0) return { incumbent: 1, canary: 1 }
  return { incumbent: Math.min(1, (incumbentsPerCanary * canaries) / incumbents), canary: 1 }
}
