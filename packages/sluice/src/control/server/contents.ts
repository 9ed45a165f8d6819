import { z } from 'zod'
import { storedContentSchema } from '../../records/content.ts'
import { rolloutIdField, versionIdField } from '../../records/names.ts'
import { readers } from '../../records/token-scopes.ts'
import { refuseOtherFeature } from './access/caller.ts'
import { ofFeature, queryNumber } from './route/fields.ts'
import { defineRoute } from './route/route.ts'

export const listContents = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}/contents',
  summary: 'Stored inputs and outputs, the worst judged first',
  scopes: readers,
  params: ofFeature,
  query: z.object({
    outcome: z.string().min(1).max(256).optional().meta({ description: 'Only that of this outcome.' }),
    rollout: rolloutIdField.optional(),
    version: versionIdField.optional(),
    limit: queryNumber({ min: 1, max: 500, preset: 50 }),
  }),
  answers: {
    200: {
      description: 'What the feature allows to be stored, as long as it does.',
      schema: z.object({ contents: z.array(storedContentSchema) }),
    },
  },
  async handle({ params: { feature }, query: { outcome, rollout, version, limit }, caller }, { store }) {
    refuseOtherFeature(caller, feature)
    if (outcome !== undefined) {
      const one = await store.content({ feature, id: outcome })
      return { status: 200, body: { contents: one ? [one] : [] } }
    }
    const contents = await store.worstContent({
      feature,
      limit,
      ...(rollout !== undefined && { rolloutId: rollout }),
      ...(version !== undefined && { version }),
    })
    return { status: 200, body: { contents } }
  },
})
