import type { Outcome } from '@sluice/client'
import { z } from 'zod'
import { dayMs } from '../time-units.ts'
import { armSchema, featureField, rolloutIdField, versionIdField } from './names.ts'
import { stepsField, toolCallsField, trajectoryField, trajectoryLimits } from './outcome-trajectory.ts'

/** What names an outcome, its content and its task: ids of different features have nothing to do with each other. */
const outcomeKeySchema = z.object({
  /** Unique in the feature. */
  id: z.string(),
  feature: z.string(),
})

export type OutcomeKey = z.output<typeof outcomeKeySchema>

/*
 * An outcome as it is reported. What is not known is absent, and everything has its limits.
 */

/**
 * A text as every database takes it: PostgreSQL knows no NUL, and half of a surrogate pair is no Unicode. U+FFFD stands
 * in the place of either, so that one odd text never holds up what comes with it.
 */
function storableText(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** Beyond this nobody measured what is said; entries of before reports had bounds may hold more. */
export const mostMeasured = 1_000_000_000

/**
 * Bounds beyond which a number is a fault of whoever measured it. All sums of what is within them stay exact enough.
 */
const latencyMs = z.number().min(0).max(dayMs)
const costUsd = z.number().min(0).max(1_000_000)
const tokens = z.int().min(0).max(mostMeasured)
const years = { from: Date.parse('1970-01-01T00:00:00Z'), to: Date.parse('2200-01-01T00:00:00Z') }

/** The longest texts of a report that are kept. */
export const longestTexts = { error: 4000, comment: 4000, servedModel: 200, fingerprint: 200 } as const

/** Added to the id of a request it is that of its score. No report may have such an id. */
export const scoreSuffix = ':score'

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
  rolloutId: rolloutIdField.exactOptional(),
  arm: armSchema.exactOptional(),
  stage: z.int().min(0).max(1000).exactOptional(),
  unit: z.string().max(1024).exactOptional().meta({ description: 'Stored only as a keyed hash.' }),
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
  kind: z.literal('request').exactOptional(),
  latencyMs: latencyMs.exactOptional(),
  costUsd: costUsd.exactOptional(),
  inputTokens: tokens.exactOptional(),
  outputTokens: tokens.exactOptional(),
  error: text(longestTexts.error).exactOptional().meta({ description: 'Present means that the request failed.' }),
  refusal: z.boolean().exactOptional(),
  invalid: z.boolean().exactOptional(),
  input: z.record(z.string(), z.unknown()).exactOptional(),
  output: z.string().overwrite(storableText).exactOptional(),
  steps: stepsField,
  toolCalls: toolCallsField,
  trajectory: trajectoryField,
  trajectoryRef: text(trajectoryLimits.reference).min(1).exactOptional().meta({
    description:
      'Where the trajectory is kept, e.g. a trace id. It is shown, and never fetched. Stored only where the output is.',
  }),
  captured: z
    .number()
    .gt(0)
    .max(1)
    .exactOptional()
    .meta({ description: 'The share of `capture` in the snapshot that was routed by.' }),
  servedModel: text(longestTexts.servedModel).exactOptional(),
  fingerprint: text(longestTexts.fingerprint).exactOptional(),
})

const feedbackOutcome = z.object({
  ...reported,
  kind: z.literal('feedback'),
  of: id.meta({ description: "The request's outcome id." }),
  score: z.number().min(0).max(1),
  comment: text(longestTexts.comment).exactOptional(),
})

/** One outcome as it is reported; keys that are not known are ignored, so that newer clients can say more. */
export const outcomeSchema = z.discriminatedUnion('kind', [requestOutcome, feedbackOutcome])

const rejectedOutcome = z.object({ index: z.int(), code: z.string(), message: z.string() })
const droppedField = z.object({ index: z.int(), field: z.string(), code: z.string(), message: z.string() })

export type RejectedOutcome = z.output<typeof rejectedOutcome>
export type DroppedField = z.output<typeof droppedField>

/** What became of the outcomes that were reported together. */
export const outcomesAnswerSchema = z.object({
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(rejectedOutcome),
  /** Absent from older servers. */
  dropped: z
    .array(droppedField)
    .exactOptional()
    .meta({ description: 'Fields without which outcomes were taken, or that were cut; the first 1,000.' }),
})

/*
 * An outcome as it is logged. What is not known is null.
 */

/** Common to everything that production reported. */
const logFields = outcomeKeySchema.extend({
  rolloutId: z.string().nullable(),
  /** Keyed hash of the unit, 16 hex; null where none was given. */
  unit: z.string().nullable(),
  /** ms since the epoch, the server's clock. */
  receivedAt: z.number(),
  version: z.string(),
  /** The arm that was reported. */
  arm: armSchema.nullable(),
  /** The stage that the client routed by, as it was reported. */
  stage: z.number().nullable(),
  /** Where the unit stands in its rollout, 0 to 999,999; null without a rollout or unit. */
  position: z.number().nullable(),
  /** ms since the epoch, the client's clock. */
  observedAt: z.number(),
  /**
   * Id of the token that reported it; a score has its request's. Null or absent: not known, from a version that did not
   * note it.
   */
  tokenId: z.string().nullish(),
  /**
   * The process that reported it, as it calls itself, e.g. `app-7 3f2a91bc`, and the keyed hash of its address, 8 hex.
   * Null or absent: not known.
   */
  instance: z.string().nullish(),
  address: z.string().nullish(),
})

/** A request of production. */
const requestEntrySchema = logFields.extend({
  kind: z.literal('request'),
  latencyMs: z.number().nullable(),
  costUsd: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  /** Its type, e.g. `TimeoutError`; before 0.2 its words. Null where the request did not fail. */
  error: z.string().nullable(),
  refusal: z.boolean(),
  invalid: z.boolean(),
  outputChars: z.number().nullable(),
  /**
   * The steps that were reported, and the calls of all tools together; their names are texts, so they are not logged.
   * Absent: not reported.
   */
  steps: z.number().optional(),
  calls: z.number().optional(),
  servedModel: z.string().nullable(),
  fingerprint: z.string().nullable(),
  /** It was among those that send their content along, whether or not it is judged then. Absent: not known. */
  captured: z.boolean().optional(),
})

/** The judge's score of a request, logged when it is known. */
const scoreEntrySchema = logFields.extend({
  kind: z.literal('score'),
  /** Id of the request's entry. */
  of: z.string(),
  /** In [0,1]. */
  score: z.number(),
  judgeId: z.string(),
  /** Probability with which a request of this arm was chosen to be judged, in (0,1]. */
  sampled: z.number(),
  /** The probability in the other arm. */
  sampledOther: z.number(),
  judgeUsd: z.number().nullable(),
  /** Characters of the request's input, which is the same whoever answers it. Null or absent: not known. */
  inputChars: z.number().nullish(),
})

/** What a user thought. */
const feedbackEntrySchema = logFields.extend({
  kind: z.literal('feedback'),
  of: z.string(),
  score: z.number(),
  /** Always null: texts of users are not logged. Entries of older versions may have one. */
  comment: z.string().nullable(),
  /** No request of its rollout was known by the id in `of` when it came: it is kept, and no evidence. */
  stray: z.boolean().optional(),
})

/**
 * Place in the log: strictly increasing in the order of commit, so that a reader that has seen n misses nothing <= n.
 */
const place = { seq: z.int() }

/** An entry as the log holds it. */
export const logEntrySchema = z.discriminatedUnion('kind', [
  requestEntrySchema.extend(place),
  scoreEntrySchema.extend(place),
  feedbackEntrySchema.extend(place),
])

export type RequestEntry = z.output<typeof requestEntrySchema>
export type ScoreEntry = z.output<typeof scoreEntrySchema>
export type FeedbackEntry = z.output<typeof feedbackEntrySchema>
export type LogDraft = RequestEntry | ScoreEntry | FeedbackEntry
export type LogEntry = LogDraft & z.output<z.ZodObject<typeof place>>

/** An outcome that was appended to the log, as reported and as logged. */
export interface AcceptedOutcome {
  entry: LogDraft
  outcome: Outcome
}
