import type { Outcome } from '@sluice/client'
import { z } from 'zod'
import { featureName, rolloutId, versionId } from './names.ts'

const amount = z.number().min(0)
const tokens = z.int().min(0)
/** No database takes a NUL in a text that it compares. */
const withoutNul = /^[^\0]*$/
const id = z.string().min(1).max(128).regex(withoutNul, 'must not hold a NUL character')
const comment = z.string().max(4000)

const reported = {
  id: id.meta({ description: 'Unique; the same id again counts once.' }),
  feature: featureName,
  version: versionId,
  rolloutId: rolloutId.optional(),
  arm: z.enum(['incumbent', 'canary']).optional(),
  stage: z.int().min(0).max(1000).optional(),
  unit: z
    .string()
    .max(1024)
    .regex(withoutNul, 'must not hold a NUL character')
    .optional()
    .meta({ description: 'Stored only as a keyed hash.' }),
  observedAt: z
    .string()
    .max(40)
    .refine((text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)), 'must be an ISO 8601 time')
    .meta({ description: "ISO 8601, the client's clock.", format: 'date-time' }),
}

const requestOutcome = z.object({
  ...reported,
  kind: z.literal('request').optional(),
  latencyMs: amount.optional(),
  costUsd: amount.optional(),
  inputTokens: tokens.optional(),
  outputTokens: tokens.optional(),
  error: z.string().max(4000).optional().meta({ description: 'Present means that the request failed.' }),
  refusal: z.boolean().optional(),
  invalid: z.boolean().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  output: z.string().optional(),
  captured: z.number().gt(0).max(1).optional(),
  servedModel: z.string().max(200).optional(),
  fingerprint: z.string().max(200).optional(),
})

const feedbackOutcome = z.object({
  ...reported,
  kind: z.literal('feedback'),
  of: id.meta({ description: "The request's outcome id." }),
  score: z.number().min(0).max(1),
  comment: comment.optional(),
})

/** One outcome; keys that are not known are ignored, so that newer clients can say more. */
export const outcomeSchema = z.discriminatedUnion('kind', [requestOutcome, feedbackOutcome])

export type ReceivedOutcome = z.output<typeof outcomeSchema>

/** What was checked is what the client's protocol promises, but for keys that hold `undefined`. */
export function asOutcome(outcome: ReceivedOutcome): Outcome {
  return outcome as Outcome
}
