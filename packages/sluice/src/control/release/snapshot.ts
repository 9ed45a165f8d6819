import { createHash } from 'node:crypto'
import type { FeatureSnapshot, PromptVersion, RolloutSnapshot, Snapshot } from '@sluice/client'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { Rollout } from '../../records/rollout.ts'
import type { VersionRecord } from '../../records/version.ts'
import { sharePpm } from './rollout-state.ts'
import { runningRollout } from './transition.ts'

/** The ids of the versions that a snapshot of the feature holds: the active one, and a running canary. */
export function servedVersions(state: FeatureState): string[] {
  const canary = runningRollout(state)?.canary
  return [state.active, canary].filter((id) => typeof id === 'string')
}

/**
 * All that clients need to route these features. `versions` holds at least the served ones; features without an
 * active version are left out.
 */
export function snapshotOf(
  epoch: string,
  revision: number,
  features: readonly FeatureState[],
  versions: readonly Pick<VersionRecord, 'feature' | 'id' | 'content'>[],
): Snapshot {
  const contents = new Map(versions.map(({ feature, id, content }) => [`${feature}\0${id}`, content]))
  const served = features.flatMap((state) => {
    const found = featureSnapshot(state, (id) => contents.get(`${state.feature}\0${id}`))
    return found ? [[state.feature, found] as const] : []
  })
  const byName = Object.fromEntries(served)
  return { schema: 'sluice.snapshot/1', epoch, revision, hash: snapshotHash(byName), features: byName }
}

/** First 16 hex of the SHA-256 of the canonical JSON. */
export function snapshotHash(features: Snapshot['features']): string {
  return createHash('sha256').update(canonicalJson(features)).digest('hex').slice(0, 16)
}

/** Of one feature; undefined where no version of it is active. */
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

function rolloutSnapshot(rollout: Rollout): RolloutSnapshot {
  const { id, algorithm, salt, stage, incumbent, canary } = rollout
  return { id, algorithm, salt, stage, ppm: sharePpm(rollout), incumbent, canary }
}
