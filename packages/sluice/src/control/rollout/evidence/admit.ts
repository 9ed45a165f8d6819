import type { Arm } from '@sluice/client'
import type { LogEntry } from '../../../records/outcome.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { armAt } from '../../release/rollout-state.ts'

/** Why an entry is no evidence. */
export const ignoredReasons = [
  'otherRollout',
  'otherFeature',
  'excludedToken',
  'noUnit',
  'unknownArm',
  'unknownStage',
  'unknownVersion',
  'wrongArm',
  'invalidScore',
  'invalidSampling',
  'retiredJudge',
  'strayFeedback',
] as const

export type IgnoredReason = (typeof ignoredReasons)[number]

/** What is known of an entry that may count. */
export interface Admitted {
  arm: Arm
  stage: number
}

type Immutable = Pick<Rollout, 'id' | 'feature' | 'incumbent' | 'canary' | 'settings' | 'excluded'>

/**
 * Whether an entry belongs to the rollout, and to the arm that it names: the version must be the arm's, and the unit
 * must stand where the share of the reported stage puts it. That stage may be one that is over, from a client that
 * heard late.
 */
export function admit(rollout: Immutable, entry: LogEntry): Admitted | IgnoredReason {
  const { arm, stage, position } = entry
  if (entry.rolloutId !== rollout.id) return 'otherRollout'
  if (entry.feature !== rollout.feature) return 'otherFeature'
  if (entry.tokenId && rollout.excluded?.includes(entry.tokenId)) return 'excludedToken'
  if (entry.unit === null || position === null) return 'noUnit'
  if (arm !== 'incumbent' && arm !== 'canary') return 'unknownArm'
  const ppm = stage === null ? undefined : rollout.settings.stages[stage]?.ppm
  if (stage === null || ppm === undefined) return 'unknownStage'
  if (entry.version !== rollout.incumbent && entry.version !== rollout.canary) return 'unknownVersion'
  if (entry.version !== rollout[arm] || arm !== armAt(position, ppm)) return 'wrongArm'
  return { arm, stage }
}
