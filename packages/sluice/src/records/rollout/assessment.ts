import { z } from 'zod'
import { timeField } from '../time.ts'

const byArm = z.strictObject({ incumbent: z.int(), canary: z.int() })

/**
 * A mean score or a rate, with the interval in which its true value lies in 95 of 100 cases, looked at once; null where
 * that is unknown.
 */
const valueIntervalSchema = z.strictObject({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type ValueInterval = z.infer<typeof valueIntervalSchema>

const mean = valueIntervalSchema.extend({
  count: z.int().meta({ description: 'Judged answers or requests that it is of.' }),
})

/** An e-value and when it was reached. */
const heightSchema = z.strictObject({ eValue: z.number(), at: timeField })
export type Height = z.infer<typeof heightSchema>

/** What is known of one signal that has a say. */
const signalFiguresSchema = z.strictObject({
  signal: z.string(),
  incumbent: mean.nullable(),
  canary: mean.nullable(),
  difference: valueIntervalSchema
    .nullable()
    .meta({ description: 'Canary minus incumbent; its 95 % interval holds for one look.' }),
  margin: z.number().meta({ description: 'That a promotion rules out.' }),
  against: z.number().nullable().meta({ description: 'E-value against "no worse"; null without data.' }),
  /** Its greatest so far, as looks have found it. */
  highest: heightSchema.nullable(),
  /** `needed` of it are proof. Null where nothing is to be proven. */
  proof: z
    .object({ eValue: z.number(), needed: z.number() })
    .nullable()
    .meta({ description: 'E-value against "worse by the margin of this stage".' }),
})

/** Something that leaving the stage still takes. */
const missingSchema = z.strictObject({
  what: z.string().meta({ description: 'A signal that is not proven, or what is counted.' }),
  has: z.number(),
  needed: z.number(),
  unit: z.enum(['users', 'eValue', 'ms']).meta({
    description: 'E-values, milliseconds, or else a number of what `what` names: users, requests or scores.',
  }),
  expectedAt: timeField.nullable().meta({ description: 'By the rate so far; null where that does not tell.' }),
  why: z.enum(['proof', 'oneSource', 'lately', 'harm']).exactOptional().meta({
    description:
      'Of a signal: its proof is missing; or it rests on one token, process or address; or the newest hours alone look worse; or an earlier stage points to harm.',
  }),
})
export type Missing = z.infer<typeof missingSchema>

/** An assessment in numbers: what was measured, what the evidence is, and what is still missing. */
export const figuresSchema = z.strictObject({
  signals: z.array(signalFiguresSchema).meta({ description: 'Those that have a say.' }),
  users: byArm,
  judged: z.strictObject({
    incumbent: z.strictObject({ users: z.int(), answers: z.int() }),
    canary: z.strictObject({ users: z.int(), answers: z.int() }),
  }),
  /** Combined e-value against the canary and its greatest so far. */
  against: z
    .object({ eValue: z.number(), highest: heightSchema, needed: z.number() })
    .meta({ description: 'All signals together; `needed` rolls back.' }),
  missing: z
    .array(missingSchema)
    .meta({ description: 'What leaving the stage still takes. Empty: neither time nor data nor proof is lacking.' }),
  nextStepAt: timeField.nullable().meta({
    description:
      'When the next step will be taken, by the rate so far; null where that does not tell, or where more than data and time is missing.',
  }),
  patienceEndsAt: timeField
    .nullable()
    .meta({ description: 'Null while its clock stands still, and where no evidence is asked.' }),
})
export type Figures = z.infer<typeof figuresSchema>

const rate = z.number().nullable()

const perRequestSchema = z.object({
  mean: z.number(),
  requests: z.int().meta({ description: 'That report it.' }),
})

/** Counts and rates of one arm, on distinct users where it says so. */
export const armSummarySchema = z.object({
  requests: z.number(),
  users: z.number(),
  judged: z.number(),
  meanScore: rate,
  errorRate: rate,
  refusalRate: rate,
  invalidRate: rate,
  slowRate: rate,
  meanCostUsd: rate,
  meanLatencyMs: rate,
  meanFeedback: rate,
  steps: perRequestSchema
    .exactOptional()
    .meta({ description: 'Messages of the model by request. Shown, and no evidence. Absent: not reported.' }),
  calls: perRequestSchema
    .exactOptional()
    .meta({ description: 'Calls of tools by request. Shown, and no evidence. Absent: not reported.' }),
})
export type ArmSummary = z.infer<typeof armSummarySchema>

/** What one token has reported about a rollout. */
export const tokenShareSchema = z.object({
  /** Null: of outcomes that do not say; `others`: of all tokens that came after the first sixteen. */
  tokenId: z.string().nullable(),
  /** The name of the token, if the reader may see it. */
  name: z.string().exactOptional(),
  /** The token reaches further than the reader's, so neither its id nor its name is told. */
  wider: z.literal(true).exactOptional(),
  /** The share of this token in all requests that name the rollout, in [0,1]. */
  share: z.number(),
  requests: byArm,
  /** Failed ones of them. */
  errors: byArm,
  users: byArm,
  /** Requests that cannot have been: in an arm where their user is not, of a stage or a version that there is not. */
  impossible: z.int(),
  /** Entries that could not count, by reason. */
  ignored: z.record(z.string(), z.int()),
  /** logBF of a sample-ratio mismatch. */
  logBayesFactor: z.number(),
  /** Its arms do not match: what it reports is left out. */
  leftOut: z.boolean(),
})
export type TokenShare = z.infer<typeof tokenShareSchema>

/** What one process, or one address, has reported about a rollout. */
export const placeShareSchema = z.strictObject({
  id: z.string().nullable().meta({ description: 'As logged; null: not known; `others`: all that are not named.' }),
  /** Null of `others`, and of outcomes that do not say. */
  tokenId: z.string().nullable(),
  share: z.number().min(0).max(1).meta({ description: 'Of all requests that count.' }),
  requests: byArm,
  errors: byArm.meta({ description: 'Failed ones of them.' }),
})
export type PlaceShare = z.infer<typeof placeShareSchema>

/** The only source that speaks against the canary so much that it would be rolled back. */
export const onlySourceShareSchema = z.strictObject({
  kind: z.enum(['token', 'instance', 'address']),
  id: z.string().nullable(),
  tokenId: z.string().nullable(),
  /** `own` came from this source, `all` from every source. */
  failures: z.strictObject({ own: z.int(), all: z.int() }).meta({ description: 'Failed requests of the canary.' }),
})
export type OnlySourceShare = z.infer<typeof onlySourceShareSchema>
