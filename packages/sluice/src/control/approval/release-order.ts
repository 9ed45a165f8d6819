import {
  type Environments,
  environmentName,
  keyBefore,
  plainFeature,
  shownKey,
} from '../../core/suite/config/environments.ts'
import type { FeatureState } from '../../records/feature.ts'
import { newVersionOf, whyNotPassed } from '../release/environment-order.ts'
import { newFeature } from '../release/feature-state.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import type { ReleaseStore, StoreChange } from '../store/release-store.ts'

export interface OrderSource {
  store: Pick<ReleaseStore, 'feature'>
  environments: Environments
}

/** Whether a release comes after the environment before, and what that is known by. */
export interface ReleaseOrder {
  /** Null where it does, or where none comes before. */
  fault: string | null
  /** What the environment before must still be when the release is committed. */
  based: Pick<StoreChange, 'basedOn'>
}

/** What the order of environments says of an event of a feature, which is as `state` has it. */
export async function releaseOrder(
  { store, environments }: OrderSource,
  state: FeatureState,
  event: ReleaseEvent,
): Promise<ReleaseOrder> {
  const { feature: key } = state
  const before = keyBefore(key, environments)
  const version = newVersionOf(state, event)
  if (before === null || version === undefined) return { fault: null, based: {} }
  const there = (await store.feature(before)) ?? newFeature(before)
  const why = whyNotPassed(there, version)
  const [here, earlier] = [environmentName(key, environments), environmentName(before, environments)]
  return {
    fault:
      why &&
      `${version} of ${plainFeature(key)} cannot go to ${here} yet: it ${why} in ${earlier}. Release it as ${shownKey(before, environments)} first.`,
    based: { basedOn: { feature: before, revision: there.revision } },
  }
}
