import type { Arm } from '@sluice/client'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { judgedIncumbents, type LiveSettings, ppmPerWhole } from '../../records/rollout/rollout-settings.ts'

/** The probability with which a request is judged, and that of one of the other arm; both in (0,1]. */
export interface Sampling {
  sampled: number
  sampledOther: number
  /** Share of the requests with content that is judged, in [0,1]. */
  kept: number
}

/**
 * How a request of an arm is sampled. Clients send contents of both arms with the same probability; the arms only
 * differ in the share of those requests that is judged. With a small canary there are many more incumbent requests than
 * are needed, so only a part of them is judged.
 */
export function samplingOf(
  { captured, arm, stage }: { captured: number; arm: Arm | null; stage: number | null },
  { percent, canaryPercent = percent }: LiveSettings['judge'],
  rollout: Pick<Rollout, 'settings'> | undefined,
): Sampling {
  const most = Math.max(percent, canaryPercent)
  const wanted = { incumbent: percent / most, canary: canaryPercent / most }
  const share = rollout?.settings.stages[stage ?? -1]?.ppm
  if (arm === null || share === undefined) {
    const sampled = captured * wanted.incumbent
    return { sampled, sampledOther: sampled, kept: wanted.incumbent }
  }
  const canaries = wanted.canary * share
  const incumbents = wanted.incumbent * (ppmPerWhole - share)
  const worth = canaries === 0 || incumbents === 0 ? 1 : judgedIncumbents(canaries, incumbents) / incumbents
  const kept = { incumbent: wanted.incumbent * worth, canary: wanted.canary }
  const other = arm === 'canary' ? 'incumbent' : 'canary'
  return { sampled: captured * kept[arm], sampledOther: captured * kept[other], kept: kept[arm] }
}
