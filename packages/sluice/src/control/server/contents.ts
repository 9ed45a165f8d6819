import { z } from 'zod'
import { refuseOtherFeature } from './access/caller.ts'
import { ofFeature, queryNumber, rolloutId, versionIdField } from './route/fields.ts'
import { defineRoute } from './route/route.ts'

const content = z.object({
  id: z.string().meta({ description: "The outcome's id." }),
  feature: z.string(),
  version: z.string(),
  rolloutId: z.string().nullable(),
  unit: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  output: z.string(),
  judgement: z.unknown(),
  score: z.number().nullable(),
  storedAt: z.number(),
  expiresAt: z.number(),
})

export const listContents = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}/contents',
  summary: 'Stored inputs and outputs, the worst judged first',
  scopes: ['operator'],
  params: ofFeature,
  query: z.object({
    outcome: z.string().min(1).max(256).optional().meta({ description: 'Only that of this outcome.' }),
    rollout: rolloutId.optional(),
    version: versionIdField.optional(),
    limit: queryNumber({ min: 1, max: 500, preset: 50 }),
  }),
  answers: {
    200: {
      description: 'What the feature allows to be stored, as long as it does.',
      schema: z.object({ contents: z.array(content) }),
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
