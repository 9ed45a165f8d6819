import { partsOf } from '../../../core/suite/config/environments.ts'
import type { FeatureState } from '../../../records/feature.ts'
import type { Store } from '../../store/store.ts'
import { Problem } from '../http/problem.ts'

/** How many there may be of each thing that is never deleted. */
export interface Growth {
  features: number
  versionsOfFeature: number
  tokens: number
}

export const defaultGrowth: Growth = { features: 5000, versionsOfFeature: 5000, tokens: 5000 }

interface Growing {
  store: Pick<Store, 'feature' | 'version' | 'versions' | 'tokens'>
  snapshots: { states(): readonly FeatureState[] }
  settings: { growth: Growth }
}

/**
 * Refuses a new version or feature above the limit. Known ones are always accepted.
 * @throws Problem 409
 */
export async function refuseMoreVersions(
  { store, snapshots, settings }: Growing,
  feature: string,
  id: string,
): Promise<void> {
  const { features, versionsOfFeature } = settings.growth
  const known = snapshots.states().filter((state) => partsOf(state.feature).environment === null)
  const isKnown = known.some((state) => state.feature === feature)
  if (!isKnown && known.length >= features && (await store.feature(feature)) === undefined)
    throw tooMany(`There are ${features} features already, which is the limit: publish under a known name.`)
  if (!isKnown || (await store.version(feature, id)) !== undefined) return
  if ((await store.versions(feature)).length >= versionsOfFeature)
    throw tooMany(
      `${feature} has ${versionsOfFeature} versions already, which is the limit: publish under another name.`,
    )
}

/** @throws Problem 409 */
export async function refuseMoreTokens({ store, settings }: Omit<Growing, 'snapshots'>): Promise<void> {
  const { tokens } = settings.growth
  if ((await store.tokens()).length < tokens) return
  throw tooMany(`There are ${tokens} tokens already, which is the limit: use an existing one.`)
}

function tooMany(detail: string): Problem {
  return new Problem({ status: 409, code: 'too-many', detail })
}
