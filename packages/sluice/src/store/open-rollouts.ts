import type { FeatureState } from '../release/feature-state.ts'
import { hasEnded } from '../release/rollout.ts'

/** A rollout that has not ended. */
export interface RunningRollout {
  id: string
  feature: string
  canary: string
}

export function runningIn(features: readonly FeatureState[]): RunningRollout[] {
  return features.flatMap(({ feature, rollout }) =>
    rollout && !hasEnded(rollout) ? [{ id: rollout.id, feature, canary: rollout.canary }] : [],
  )
}

/** The ids of the rollouts that have not ended. */
export function openRollouts(features: readonly FeatureState[]): string[] {
  return runningIn(features).map(({ id }) => id)
}
