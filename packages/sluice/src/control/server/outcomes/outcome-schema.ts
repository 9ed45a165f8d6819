import type { Outcome } from '@sluice/client'
import { z } from 'zod'
import { featureField, rolloutIdField, versionIdField } from '../../../records/names.ts'
import { scoreSuffix } from '../../live/score-entry.ts'
import { quickCheck } from './quick-check.ts'

/**
 * A text as every database takes it: PostgreSQL knows no NUL, and half of a surrogate pair is no Unicode. U+FFFD stands in
 * the place of either, so that one odd text never holds up what comes with it.
 */
function storableText(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** Bounds beyond which a number is a fault of whoever measured it. All sums of what is within them stay exact enough. */
const latencyMs = z.number().min(0).max(86_400_000)
const costUsd = z.number().min(0).max(1_000_000)
const tokens = z.int().min(0).max(1_000_000_000)
const years = { from: Date.parse('1970-01-01T00:00:00Z'), to: Date.parse('2200-01-01T00:00:00Z') }

/** The longest texts that are kept. */
export const longest = { error: 4000, comment: 4000, servedModel: 200, fingerprint: 200 } as const

const text = (most: number) => z.string().max(most).overwrite(storableText)
const id = z.string().min(1).max(128).overwrite(storableText)
/** What is reported under such an id would stand in the place of the judge's score. */
const ownId = id
  .refine((given) => !given.endsWith(scoreSuffix), { error: `must not end with ${scoreSuffix}` })
  .meta({
    description: `Unique in the feature; the same again counts once. Must not end with ${scoreSuffix}.`,
    not: { pattern: `${scoreSuffix}$` },
  })

const reported = {
  id: ownId,
  feature: featureField,
  version: versionIdField,
  rolloutId: rolloutIdField.optional(),
  arm: z.enum(['incumbent', 'canary']).optional(),
  stage: z.int().min(0).max(1000).optional(),
  unit: z.string().max(1024).optional().meta({ description: 'Stored only as a keyed hash.' }),
  observedAt: z
    .string()
    .max(40)
    .refine((given) => /^\d{4}-\d\d-\d\dT/.test(given) && isWithin(Date.parse(given)), {
      error: 'must be an ISO 8601 time of the years 1970 to 2199',
    })
    .meta({ description: "ISO 8601, the client's clock.", format: 'date-time' }),
}

function isWithin(time: number): boolean {
  return time >= years.from && time < years.to
}

const requestOutcome = z.object({
  ...reported,
  kind: z.literal('request').optional(),
  latencyMs: latencyMs.optional(),
  costUsd: costUsd.optional(),
  inputTokens: tokens.optional(),
  outputTokens: tokens.optional(),
  error: text(longest.error).optional().meta({ description: 'Present means that the request failed.' }),
  refusal: z.boolean().optional(),
  invalid: z.boolean().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  output: z.string().overwrite(storableText).optional(),
  captured: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .meta({ description: 'The share of `capture` in the snapshot that was routed by.' }),
  servedModel: text(longest.servedModel).optional(),
  fingerprint: text(longest.fingerprint).optional(),
})

const feedbackOutcome = z.object({
  ...reported,
  kind: z.literal('feedback'),
  of: id.meta({ description: "The request's outcome id." }),
  score: z.number().min(0).max(1),
  comment: text(longest.comment).optional(),
})

/** One outcome; keys that are not known are ignored, so that newer clients can say more. */
export const outcomeSchema = z.discriminatedUnion('kind', [requestOutcome, feedbackOutcome])

const isGood = quickCheck(outcomeSchema)

/** As the schema does, sooner for most. */
export function readOutcome(value: unknown): z.ZodSafeParseResult<ReceivedOutcome> {
  return isGood(value) ? { success: true, data: value as ReceivedOutcome } : outcomeSchema.safeParse(value)
}

export type ReceivedOutcome = z.output<typeof outcomeSchema>

/** What was checked is what the client's protocol promises, but for keys that hold `undefined`. */
export function asOutcome(outcome: ReceivedOutcome): Outcome {
  return outcome as Outcome
}
