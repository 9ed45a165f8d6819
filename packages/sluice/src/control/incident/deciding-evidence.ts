import { z } from 'zod'
import { armSummarySchema, figuresSchema } from '../../records/rollout/assessment.ts'

const unknown = z.number().nullable()

/** What was stored before there was feedback has none of it. */
const armSchema = armSummarySchema.omit({ meanFeedback: true })

const evidenceSchema = z.object({
  words: z.string(),
  logE: z.number(),
  threshold: z.number(),
  anytimeP: z.number(),
  alpha: z.number(),
  signals: z.array(z.object({ signal: z.string(), weight: z.number(), logE: unknown, difference: unknown })),
  incumbent: armSchema,
  canary: armSchema,
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
  /** What was stored before there were figures has none. */
  figures: z.looseObject({ against: figuresSchema.shape.against }).optional().catch(undefined),
})

/** The part of an assessment that a reader wants to see of a rollout that has ended. */
export type DecidingEvidence = z.output<typeof evidenceSchema>

/**
 * What was known of the canary at its end: what the end itself was decided by, else the last assessment. Null where
 * neither is there, as when a person ended it before there were data.
 */
export function decidingEvidence(...candidates: unknown[]): DecidingEvidence | null {
  for (const candidate of candidates) {
    const { data } = evidenceSchema.safeParse(candidate)
    if (data !== undefined) return data
  }
  return null
}
