import type { Clock } from '@sluice/client'
import type { FeatureState } from '../../../records/feature.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import type { ReleaseEvent } from '../../release/release-event.ts'
import { runningRollout } from '../../release/transition.ts'
import { applyEvent } from '../../store/apply-event.ts'
import type { ReleaseStore } from '../../store/release-store.ts'
import type { Log } from '../log.ts'

/**
 * Repeats rollbacks and aborts that this replica knows, but that the store has lost by going back to an older state.
 * True if something was ended. Rejects if the store fails, so that the older state is not served before another
 * attempt.
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
        // Another replica was faster, or there is no version to go back to.
        log('warn', 'a rollback or abort that the store has lost could not be repeated', {
          feature,
          reason: error.message,
        })
      }
    }
  }
  return hasEnded
}

type End = Extract<ReleaseEvent, { type: 'rollBack' | 'abort' }>

/**
 * The rollbacks and aborts that are in the state `before`, and missing in the older state `now` to which the store went
 * back. Activations and promotions are not repeated, since it is not known whether they are still wanted.
 */
export function lostEnds(before: FeatureState, now: FeatureState): End[] {
  const { rollout, pastRollouts } = before
  const running = runningRollout(now)
  const ended = [...pastRollouts, ...(rollout ? [rollout] : [])].find(({ id }) => id === running?.id)
  const isLost = (version: string) => before.rolledBack.includes(version) && !now.rolledBack.includes(version)
  const reason = (why: string) => `The store went back to an older state, in which this was not done yet: ${why}`
  const ends: End[] = []
  if (running && (ended?.status === 'rolledBack' || isLost(running.canary)))
    ends.push({ type: 'rollBack', rolloutId: running.id, reason: reason(ended?.ending?.reason ?? 'a rollback') })
  else if (running && ended?.status === 'aborted')
    ends.push({ type: 'abort', rolloutId: running.id, reason: reason(ended.ending?.reason ?? 'an abort') })
  if (now.active !== null && isLost(now.active))
    ends.push({ type: 'rollBack', from: now.active, reason: reason(before.takenBack?.reason ?? 'a rollback') })
  return ends
}
