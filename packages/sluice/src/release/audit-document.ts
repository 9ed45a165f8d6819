import type { FeatureState } from './feature-state.ts'
import type { ReleaseEvent } from './release-event.ts'
import { rolloutState, sharePpm } from './rollout.ts'
import { runningRollout } from './transition.ts'

/** What the log calls an event that happens to `before`. */
export function auditAction(before: FeatureState, { type }: ReleaseEvent): string {
  if (type === 'activate') return 'active.set'
  if (type === 'rollBack' && !runningRollout(before)) return 'active.rollBack'
  return `rollout.${type}`
}

/** What the log keeps of a feature's state: enough to tell what everybody got. */
export function auditDocument({ active, rollout }: FeatureState): unknown {
  if (!rollout) return { active, rollout: null }
  const { id, incumbent, canary, stage, override, excluded, strength, ending } = rollout
  const state = rolloutState(rollout)
  const known = { id, state, incumbent, canary, stage, ppm: sharePpm(rollout), override }
  const end = { ...(strength && { strength }), ...(ending?.why && { why: ending.why }) }
  return { active, rollout: { ...known, ...(excluded && { excluded }), ...end } }
}
