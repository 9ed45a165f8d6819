import { z } from 'zod'
import { trajectorySchema } from './answer-trace.ts'

/** Input and output of a request, redacted, kept only where the feature allows it. Its key is the outcome's. */
export const storedContentSchema = z.object({
  id: z.string().meta({ description: "The outcome's id." }),
  feature: z.string(),
  version: z.string(),
  rolloutId: z.string().nullable(),
  unit: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  output: z.string(),
  trajectory: trajectorySchema.exactOptional().meta({
    description: 'What was done on the way to the answer, redacted. Absent where none was reported or it is lost.',
  }),
  trajectoryLost: z
    .string()
    .exactOptional()
    .meta({ description: 'Why a trajectory that was reported is not stored. Absent elsewhere.' }),
  trajectoryRef: z
    .string()
    .exactOptional()
    .meta({ description: 'Where the application keeps it, redacted: a text of a stranger, never fetched.' }),
  steps: z.number().exactOptional().meta({ description: 'Messages of the assistant, as reported.' }),
  toolCalls: z
    .record(z.string(), z.number())
    .exactOptional()
    .meta({ description: 'How often each tool was called, as reported.' }),
  /** The judge's answer once there is one: score and items. */
  judgement: z.unknown(),
  /** In [0,1]; null until judged. */
  score: z.number().nullable(),
  /** ms since the epoch. */
  storedAt: z.number(),
  expiresAt: z.number(),
})

export type StoredContent = z.output<typeof storedContentSchema>
