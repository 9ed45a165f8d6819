import { applyEvent } from './apply-event.ts'
import type { RunningRollout } from './open-rollouts.ts'
import type { ReleaseStore } from './release-store.ts'

/**
 * Aborts rollouts that run in a state which was put back: they may have been taken back since, and a canary that was must not
 * be served again.
 */
export async function endRollouts(store: ReleaseStore, rollouts: readonly RunningRollout[], at: number): Promise<void> {
  for (const { id, feature } of rollouts) {
    const reason = 'The store was put back to an older state: what became of this rollout afterwards is not known'
    const event = { type: 'abort', rolloutId: id, reason } as const
    await applyEvent(store, feature, event, { at, by: 'sluice restore' }, { tokenId: null })
  }
}
