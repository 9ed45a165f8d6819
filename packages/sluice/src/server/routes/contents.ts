import { z } from 'zod'
import { refuseOtherFeature } from '../access/caller.ts'
import { defineRoute } from '../http/route.ts'
import { forgetUnit } from '../outcomes/forget-unit.ts'
import { ofFeature, queryNumber, rolloutId, versionId } from '../wire/names.ts'

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
    version: versionId.optional(),
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

const gone = z.object({ feature: z.string(), rolloutId: z.string().nullable(), entries: z.int() })

export const deleteUnit = defineRoute({
  method: 'DELETE',
  path: '/v1/units',
  summary: 'Delete all that is stored of a user, or whatever a unit stands for, in the features that the token may see',
  scopes: ['operator'],
  body: z.strictObject({ unit: z.string().min(1).max(1024).meta({ description: 'As given to route().' }) }),
  answers: {
    200: {
      description: 'How much was deleted.',
      schema: z.object({
        contents: z.int(),
        memories: z.int().meta({ description: 'Rollouts, and parts of the drift watch, that remembered the unit.' }),
        entries: z.array(gone).meta({ description: 'Of the log, by feature and rollout.' }),
        until: z.number().meta({ description: 'Until then what still arrives of it is dropped, ms since the epoch.' }),
      }),
    },
  },
  async handle({ body, caller }, plane) {
    return { status: 200, body: await forgetUnit(plane, body.unit, caller) }
  },
})
