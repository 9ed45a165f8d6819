import type { FeatureState } from './feature-state.ts'
import type { ReleaseEvent } from './release-event.ts'
import { runningRollout } from './transition.ts'

type End = Extract<ReleaseEvent, { type: 'rollBack' | 'abort' }>

/**
 * What took something away from users and is not in the state `now`, to which the store has gone back from `before`: to be done
 * again. What gave them something is not, since nobody knows whether it still should.
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
