import type { FeatureState } from '../../../records/feature.ts'
import type { NamedVersion } from '../../pages/elements.ts'
import { maySee } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'
import type { Services } from '../services.ts'
import type { Viewer } from './page-route.ts'

/**
 * A feature as it is stored. What the viewer may not see is as if it were not there.
 * @throws Problem 404
 */
export async function visibleFeature(
  feature: string,
  viewer: Pick<Viewer, 'features'>,
  { store }: Pick<Services, 'store'>,
): Promise<FeatureState> {
  const state = maySee(viewer, feature) ? await store.feature(feature) : undefined
  if (!state) throw notFound('There is no such feature, or this token may not see it.')
  return state
}

/** The version by its label; without one where its row cannot be read. */
export async function namedVersion(
  { kept }: Pick<Services, 'kept'>,
  feature: string,
  id: string,
): Promise<NamedVersion> {
  return { id, label: (await kept.version(feature, id))?.content.label ?? null }
}
