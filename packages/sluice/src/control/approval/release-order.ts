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

/** All that is said to whoever may not see the environment before. */
export const notPassedBefore = 'an earlier environment has not given it to everybody, or has taken it back'

/** Why a release may not be made yet. */
export interface OrderFault {
  /** The key of the feature in the environment before. */
  before: string
  /** For whoever may see that one. */
  full: string
  /** For all others, and for what is kept where they read it: it tells nothing of that one. */
  general: string
}

/** Whether a release comes after the environment before, and what that is known by. */
export interface ReleaseOrder {
  /** Null where it does, or where none comes before. */
  fault: OrderFault | null
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
  const cannot = `${version} of ${plainFeature(key)} cannot go to ${here} yet`
  return {
    fault:
      why === null
        ? null
        : {
            before,
            full: `${cannot}: it ${why} in ${earlier}. Release it as ${shownKey(before, environments)} first.`,
            general: `${cannot}: ${notPassedBefore}.`,
          },
    based: { basedOn: { feature: before, revision: there.revision } },
  }
}
