import { z } from 'zod'
import { activationSchema, type FeatureState, featureSchema, takenBackSchema } from '../../../records/feature.ts'
import { rolloutSchema } from '../../../records/rollout/rollout.ts'
import { documentReader } from './stored-json.ts'

const rollout = rolloutSchema
  .pick({
    id: true,
    incumbent: true,
    canary: true,
    salt: true,
    settings: true,
    stage: true,
    enteredAt: true,
    status: true,
  })
  .loose()

const featureState = featureSchema
  .pick({ feature: true, revision: true, active: true })
  .extend({
    history: z.array(activationSchema.pick({ version: true, since: true }).loose()),
    // Older documents lack this field.
    takenBack: takenBackSchema.pick({ version: true, at: true, by: true }).loose().nullable().default(null),
    rollout: rollout.nullable(),
  })
  .loose()

export const featureStateOf = documentReader<FeatureState>('feature', featureState)
