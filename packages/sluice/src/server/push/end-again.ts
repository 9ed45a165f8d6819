import type { Clock } from '@sluice/client'
import type { FeatureState } from '../../release/feature-state.ts'
import { lostEnds } from '../../release/lost-ends.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import { applyEvent } from '../../store/apply-event.ts'
import type { ReleaseStore } from '../../store/release-store.ts'
import type { Log } from '../observe/log.ts'

/**
 * What this replica knows to have been taken back is not served again because the store has lost that. True where something was
 * ended; rejects where the store fails, so that nothing of the older state is served before another attempt.
 */
export async function endAgain(
  { store, clock, log }: { store: ReleaseStore; clock: Clock; log: Log },
  { known, found }: { known: readonly FeatureState[]; found: readonly FeatureState[] },
): Promise<boolean> {
  const old = new Map(known.map((state) => [state.feature, state]))
  let hasEnded = false
  for (const state of found) {
    const { feature } = state
    const before = old.get(feature)
    for (const event of before ? lostEnds(before, state) : []) {
      try {
        await applyEvent(store, feature, event, { at: clock.now(), by: 'sluice' }, { tokenId: null })
        hasEnded = true
      } catch (error) {
        if (!(error instanceof ReleaseConflict)) throw error
        // Another replica was faster, or there is nothing to go back to.
        log('warn', 'what the store has lost was not done again', { feature, reason: error.message })
      }
    }
  }
  return hasEnded
}
