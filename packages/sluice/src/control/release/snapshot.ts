import type { FeatureSnapshot, PromptVersion, RolloutSnapshot } from '@sluice/client'
import type { FeatureState } from '../../records/feature.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { sharePpm } from './rollout-state.ts'
import { runningRollout } from './transition.ts'

/** The ids of the versions that a snapshot of the feature holds: the active one, and a running canary. */
export function servedVersions(state: FeatureState): string[] {
  const canary = runningRollout(state)?.canary
  return [state.active, canary].filter((id) => typeof id === 'string')
}

/** All that clients need to route a feature; undefined where no version of it is active. */
export function featureSnapshot(
  state: FeatureState,
  contentOf: (id: string) => PromptVersion | undefined,
): FeatureSnapshot | undefined {
  if (state.active === null) return undefined
  const rollout = runningRollout(state)
  const versions: Record<string, PromptVersion> = {}
  for (const id of servedVersions(state)) {
    const content = contentOf(id)
    if (!content) throw new Error(`the content of version ${id} of ${state.feature} is missing`)
    versions[id] = content
  }
  return {
    active: state.active,
    ...(rollout && { rollout: rolloutSnapshot(rollout) }),
    ...(state.capture && { capture: state.capture }),
    versions,
  }
}

/** What clients need to route by a rollout. */
export function rolloutSnapshot(rollout: Rollout): RolloutSnapshot {
  const { id, algorithm, salt, stage, incumbent, canary } = rollout
  return { id, algorithm, salt, stage, ppm: sharePpm(rollout), incumbent, canary }
}
