import {
  environmentName,
  keyBefore,
  keyEnvironments,
  keyOf,
  plainFeature,
  shownKey,
} from '../../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../../records/feature.ts'
import type { EnvironmentStep } from '../../../pages/feature/environment-steps.ts'
import { whyNotPassed } from '../../../release/environment-order.ts'
import { rolloutState } from '../../../release/rollout-state.ts'
import { runningRollout } from '../../../release/transition.ts'
import { stateText } from '../../../words/rollout-state-text.ts'
import { hasScope, maySee } from '../../access/caller.ts'
import { storedFeature } from '../../features/features.ts'
import type { Services } from '../../services.ts'
import type { Viewer } from '../page-route.ts'
import { namedVersion } from '../visible-feature.ts'

/** The environments of a feature that the viewer may see, in order; none where there are none. */
export async function environmentsOf(key: string, viewer: Viewer, services: Services): Promise<EnvironmentStep[]> {
  const { environments: names } = services
  if (names.length === 0) return []
  const feature = plainFeature(key)
  const keys = keyEnvironments(names).map((environment) => keyOf({ feature, environment }))
  const states = await Promise.all(keys.filter((one) => maySee(viewer, one)).map((one) => storedFeature(services, one)))
  const known = states.filter((state) => state !== undefined)
  return Promise.all(
    known.map(async (state): Promise<EnvironmentStep> => {
      const { active } = state
      const next = known.find((one) => keyBefore(one.feature, names) === state.feature)
      const running = runningRollout(state)
      return {
        name: environmentName(state.feature, names) ?? '',
        feature: shownKey(state.feature, names),
        isHere: state.feature === key,
        active: active === null ? null : await namedVersion(services, state.feature, active),
        rollout: running
          ? { id: running.id, state: stateText({ ...running, state: rolloutState(running) }), tone: 'watch' }
          : null,
        release: next && hasScope(viewer, ['operator']) ? releaseOf(state, next, services) : null,
      }
    }),
  )
}

/** How the active version of an environment can go on to the next one, where it is not there already. */
function releaseOf(
  { active, ...state }: FeatureState,
  next: FeatureState,
  { environments: names }: Pick<Services, 'environments'>,
): EnvironmentStep['release'] {
  const isThere = active === next.active || runningRollout(next)?.canary === active
  if (active === null || isThere || whyNotPassed({ active, ...state }, active) !== null) return null
  return {
    to: environmentName(next.feature, names) ?? '',
    feature: shownKey(next.feature, names),
    act: next.active === null ? 'activate' : 'start',
  }
}
