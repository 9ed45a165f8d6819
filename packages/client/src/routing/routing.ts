import type { Arm, FeatureSnapshot } from '../protocol.ts'
import { position } from './position.ts'
import { unitText } from './unit.ts'

/** The version for a request. The last three fields are null if no rollout decided. */
export interface Routing {
  version: string
  arm: Arm | null
  rolloutId: string | null
  stage: number | null
}

/**
 * The version for a unit. A unit that gets the canary keeps it while the rollout runs; more units get it as its share
 * grows. If the snapshot is stale, so that a canary could not be taken back, or if there is no valid unit, the request
 * gets the incumbent and is no evidence. It is a pure function.
 */
export function routeUnit(
  feature: FeatureSnapshot,
  unit: string | number | bigint | undefined,
  trustCanary = true,
): Routing {
  const { rollout } = feature
  const name = unitText(unit)
  if (!rollout || !trustCanary || name === undefined)
    return { version: rollout ? rollout.incumbent : feature.active, arm: null, rolloutId: null, stage: null }
  const arm = position(rollout.salt, name) < rollout.ppm ? 'canary' : 'incumbent'
  return { version: rollout[arm], arm, rolloutId: rollout.id, stage: rollout.stage }
}
