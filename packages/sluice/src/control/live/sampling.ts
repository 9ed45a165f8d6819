import type { Arm } from '@sluice/client'
import type { Rollout } from '../../records/rollout.ts'
import { incumbentsPerCanary, type LiveSettings } from '../../records/rollout-settings.ts'

const wholePpm = 1_000_000

/** With which probability a request is judged, and one of the other arm in its place; both in (0,1]. */
export interface Sampling {
  sampled: number
  sampledOther: number
  /** Share of the requests that sent their content along which is to be judged, in [0,1]. */
  kept: number
}

/**
 * How a request of an arm is sampled, given the probability with which its client sent the content along, which is the same for
 * both arms: the arms differ only in which of those requests are kept. Under a small share there are far more incumbents
 * than are worth a judge's call, so of those only a part is.
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
  const incumbents = wanted.incumbent * (wholePpm - share)
  const worth = canaries === 0 || incumbents === 0 ? 1 : Math.min(1, (incumbentsPerCanary * canaries) / incumbents)
  const kept = { incumbent: wanted.incumbent * worth, canary: wanted.canary }
  const other = arm === 'canary' ? 'incumbent' : 'canary'
  return { sampled: captured * kept[arm], sampledOther: captured * kept[other], kept: kept[arm] }
}
