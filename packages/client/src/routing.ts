import { position } from './position.ts'
import type { Arm, FeatureSnapshot } from './protocol.ts'
import { unitText } from './unit.ts'

/** Where a request goes. The last three are null where no rollout decides. */
export interface Routing {
  version: string
  arm: Arm | null
  rolloutId: string | null
  stage: number | null
}

/**
 * The version for a unit: the same for the same unit as long as the rollout lasts, but that the canary takes in more as
 * its share grows. Without trust in the canary, because nobody could take it back, everybody gets the incumbent and the
 * request is no evidence; so does a unit that names nobody. Pure; no I/O.
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
