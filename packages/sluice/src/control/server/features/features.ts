import { z } from 'zod'
import {
  type Environments,
  environmentName,
  keyEnvironments,
  partsOf,
  plainFeature,
} from '../../../core/suite/config/environments.ts'
import { type FeatureState, featureSchema } from '../../../records/feature.ts'
import { readers } from '../../../records/token-scopes.ts'
import { newFeature } from '../../release/feature-state.ts'
import { type Caller, maySee, refuseOtherFeature } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'
import { rolloutView, shownRollout } from '../rollouts/rollout-view.ts'
import { type KnownReporters, knownTakenBack, reportersFor } from '../rollouts/who-reports.ts'
import { ofFeature } from '../route/fields.ts'
import { defineRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { versionView, versionViewOf } from '../versions/version-view.ts'

/** A feature as the API returns it. */
export const featureView = featureSchema.omit({ pastRollouts: true, live: true, publishedLive: true }).extend({
  environment: z.string().nullable().meta({ description: 'Null: the control plane has no environments.' }),
  versions: z.array(versionView).meta({ description: 'Oldest first.' }),
  rollout: rolloutView.nullable().meta({ description: 'The running or last one.' }),
})

export type FeatureView = z.infer<typeof featureView>

/** A feature as the API returns it to somebody. */
export async function featureViewOf(services: Services, state: FeatureState, caller: Caller): Promise<FeatureView> {
  return viewOf(services, state, await reportersFor(caller, services))
}

async function viewOf(services: Services, state: FeatureState, reporters: KnownReporters): Promise<FeatureView> {
  const { feature, revision, active, history, rolledBack, takenBack, capture, rollout } = state
  const [versions, shown] = await Promise.all([
    services.store.versions(feature),
    rollout && shownRollout(services, rollout, reporters),
  ])
  return {
    feature,
    environment: environmentName(feature, services.environments),
    revision,
    active,
    history,
    rolledBack,
    takenBack: knownTakenBack(takenBack, reporters),
    capture,
    versions: versions.map(versionViewOf),
    rollout: shown,
  }
}

const featureList = z.object({
  features: z.array(featureView),
  pages: z.string().nullable().meta({
    description: 'Address of the pages; null if the control plane does not know its own (SLUICE_PUBLIC_URL).',
  }),
})

/**
 * A feature as it is stored; in an environment where nothing of it was released yet as it is before its first release.
 */
export async function storedFeature(
  { store }: Pick<Services, 'store'>,
  key: string,
): Promise<FeatureState | undefined> {
  const stored = await store.feature(key)
  if (stored || partsOf(key).environment === null) return stored
  return (await store.feature(plainFeature(key))) && newFeature(key)
}

export const listFeatures = defineRoute({
  method: 'GET',
  path: '/v1/features',
  summary: 'All features that the token may see',
  scopes: ['client', 'ci', ...readers],
  answers: { 200: { description: 'In order of their names.', schema: featureList } },
  async handle({ caller }, services) {
    const states = (await services.store.features()).filter(({ feature }) => maySee(caller, feature))
    const reporters = await reportersFor(caller, services)
    const features = await Promise.all(states.map((state) => viewOf(services, state, reporters)))
    features.sort(inOrder(services.environments))
    return { status: 200, body: { features, pages: services.settings.publicUrl } }
  },
})

/** Orders features by their names, and those of one name as the environments are. */
function inOrder(names: Environments): (a: { feature: string }, b: { feature: string }) => number {
  const order = keyEnvironments(names)
  const placeOf = ({ feature: key }: { feature: string }) => {
    const { feature, environment } = partsOf(key)
    return { feature, at: order.indexOf(environment) }
  }
  return (a, b) => {
    const [one, other] = [placeOf(a), placeOf(b)]
    if (one.feature === other.feature) return one.at - other.at
    return one.feature < other.feature ? -1 : 1
  }
}

export const showFeature = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}',
  summary: 'One feature: active version, history, versions, rollout',
  scopes: ['client', 'ci', ...readers],
  params: ofFeature,
  answers: { 200: { description: 'The feature.', schema: featureView } },
  async handle({ params: { feature }, caller }, services) {
    refuseOtherFeature(caller, feature)
    const state = await storedFeature(services, feature)
    if (!state) throw notFound(`There is no feature ${plainFeature(feature)}: publish a version of it first.`)
    return { status: 200, body: await featureViewOf(services, state, caller) }
  },
})
