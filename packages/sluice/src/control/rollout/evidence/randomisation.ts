import type { Arm } from '@sluice/client'
import { ppmPerWhole, type RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import { stagePpm } from '../../release/rollout-state.ts'
import type { Assignment } from './unit-memory.ts'

type Stages = RolloutSettings['stages']

/** The canary's share of a stage; 0 of an unknown one. */
export function stageShare(stages: Stages, stage: number): number {
  return stagePpm(stages, stage) / ppmPerWhole
}

/**
 * The probability with which a user seen at `stage` got the canary, given where they counted before. A user may count
 * once per randomisation: at first sight, and as an incumbent again in each later stage, where the growing share draws
 * anew.
 *
 * @returns undefined where chance had no say: the user counted already, or everybody gets the canary
 */
export function freshShare(stages: Stages, before: Assignment | undefined, stage: number): number | undefined {
  const share = stageShare(stages, stage)
  if (share <= 0 || share >= 1) return undefined
  if (!before) return share
  if (before.arm === 'canary' || before.stage >= stage) return undefined
  const last = stageShare(stages, before.stage)
  return (share - last) / (1 - last)
}

/** So many requests are believed to have come as the shares say, before the first. */
const priorRequests = 20
/** The odds may exceed those of the shares by this factor: no version makes users come more often than that. */
const mostOften = 4

/**
 * So many requests tell how often each arm is asked; half of them are forgotten then, since that changes as users get
 * to know a version.
 */
const mostExposures = 1000

/** Counts a request of an arm, in place. */
export function addExposure(counts: Record<Arm, number>, arm: Arm): void {
  counts[arm] += 1
  if (counts.incumbent + counts.canary < mostExposures) return
  counts.incumbent /= 2
  counts.canary /= 2
}

/**
 * The probability that a request comes from the canary, by the requests so far: users of a version that they like come
 * more often. For `share` of the users, in (0,1).
 */
export function exposedShare({ incumbent, canary }: Record<Arm, number>, share: number): number {
  const seen = (canary + priorRequests * share) / (canary + incumbent + priorRequests)
  const odds = share / (1 - share)
  const bounded = Math.min(mostOften * odds, Math.max(odds / mostOften, seen / (1 - seen)))
  return bounded / (1 + bounded)
}

/** The probability of the canary among judged requests, where the arms are judged at different rates. */
export function judgedShare(share: number, canaryRate: number, incumbentRate: number): number {
  return (share * canaryRate) / (share * canaryRate + (1 - share) * incumbentRate)
}
