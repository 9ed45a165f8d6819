import { z } from 'zod'

/** Input and output of a request, redacted, kept only where the feature allows it. Its key is the outcome's. */
export const storedContentSchema = z.object({
  id: z.string().meta({ description: "The outcome's id." }),
  feature: z.string(),
  version: z.string(),
  rolloutId: z.string().nullable(),
  unit: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  output: z.string(),
  /** The judge's answer once there is one: score and items. */
  judgement: z.unknown(),
  /** In [0,1]; null until judged. */
  score: z.number().nullable(),
  /** ms since the epoch. */
  storedAt: z.number(),
  expiresAt: z.number(),
})

export type StoredContent = z.output<typeof storedContentSchema>
