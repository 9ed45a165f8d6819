import type { FeatureState } from '../release/feature-state.ts'
import { hasEnded } from '../release/rollout.ts'

/** The ids of the rollouts that have not ended. */
export function openRollouts(features: readonly FeatureState[]): string[] {
  return features.flatMap(({ rollout }) => (rollout && !hasEnded(rollout) ? [rollout.id] : []))
}
