import type { FeatureState } from '../../../records/feature.ts'
import type { NamedVersion } from '../../pages/elements.ts'
import { maySee, type TokenReach } from '../access/caller.ts'
import { storedFeature } from '../features/features.ts'
import { notFound } from '../http/problem.ts'
import type { Services } from '../services.ts'

/**
 * A feature as the viewer may see it: as it is stored, or as if there were none.
 * @throws Problem 404
 */
export async function visibleFeature(
  feature: string,
  viewer: TokenReach,
  { store }: Pick<Services, 'store'>,
): Promise<FeatureState> {
  const state = maySee(viewer, feature) ? await storedFeature({ store }, feature) : undefined
  if (!state) throw notFound('There is no such feature, or this token may not see it.')
  return state
}

/** A version with its label; without one where its row cannot be read. */
export async function namedVersion(
  { kept }: Pick<Services, 'kept'>,
  feature: string,
  id: string,
): Promise<NamedVersion> {
  return { id, label: (await kept.version(feature, id))?.content.label ?? null }
}
