import { z } from 'zod'
import { maySee, refuseOtherFeature } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'
import { defineRoute } from '../http/route.ts'
import { featureView, featureViewOf } from '../views/feature-view.ts'
import { ofFeature } from '../wire/names.ts'

export const listFeatures = defineRoute({
  method: 'GET',
  path: '/v1/features',
  summary: 'All features that the token may see',
  scopes: ['client', 'ci', 'operator'],
  answers: { 200: { description: 'In order of their names.', schema: z.object({ features: z.array(featureView) }) } },
  async handle({ caller }, plane) {
    const states = (await plane.store.features()).filter(({ feature }) => maySee(caller, feature))
    const features = await Promise.all(states.map((state) => featureViewOf(plane, state, caller)))
    return { status: 200, body: { features: features.sort((a, b) => (a.feature < b.feature ? -1 : 1)) } }
  },
})

export const showFeature = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}',
  summary: 'One feature: active version, history, versions, rollout',
  scopes: ['client', 'ci', 'operator'],
  params: ofFeature,
  answers: { 200: { description: 'The feature.', schema: featureView } },
  async handle({ params: { feature }, caller }, plane) {
    refuseOtherFeature(caller, feature)
    const state = await plane.store.feature(feature)
    if (!state) throw notFound(`There is no feature ${feature}: publish a version of it first.`)
    return { status: 200, body: await featureViewOf(plane, state, caller) }
  },
})
