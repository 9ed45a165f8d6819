import type { FeatureState } from '../../records/feature.ts'
import { hasEnded } from '../release/rollout-state.ts'
import { applyEvent } from './apply-event.ts'
import type { ReleaseStore } from './release-store.ts'

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

/**
 * Aborts the rollouts that run in a restored state. They may have been rolled back since the backup, and such a canary
 * must not be served again.
 */
export async function endRollouts(store: ReleaseStore, rollouts: readonly RunningRollout[], at: number): Promise<void> {
  for (const { id, feature } of rollouts) {
    const reason = 'The store was restored to an older state, so it is not known how this rollout went on'
    const event = { type: 'abort', rolloutId: id, reason } as const
    await applyEvent(store, feature, event, { at, by: 'sluice restore' }, { tokenId: null })
  }
}
