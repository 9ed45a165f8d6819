import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { Exposure } from './unit-memory.ts'

type Stages = RolloutSettings['stages']

/** The canary's share of a stage; 0 of an unknown one. */
export function stageShare(stages: Stages, stage: number): number {
  return (stages[stage]?.ppm ?? 0) / 1_000_000
}

/**
 * The probability with which a user seen at `stage` got the canary, given where they counted before. A user may count once per
 * randomisation: at first sight, and as an incumbent again in each later stage, where the growing share draws anew.
 *
 * @returns undefined where chance had no say: the user counted already, or everybody gets the canary
 */
export function freshShare(stages: Stages, before: Exposure | undefined, stage: number): number | undefined {
  const share = stageShare(stages, stage)
  if (share <= 0 || share >= 1) return undefined
  if (!before) return share
  if (before.arm === 'canary' || before.stage >= stage) return undefined
  const last = stageShare(stages, before.stage)
  return (share - last) / (1 - last)
}

/** The same probability among judged requests, where the arms are judged at different rates. */
export function judgedShare(share: number, canaryRate: number, incumbentRate: number): number {
  return (share * canaryRate) / (share * canaryRate + (1 - share) * incumbentRate)
}
