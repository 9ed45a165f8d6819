import { z } from 'zod'
import { timeField } from '../time.ts'
import type { RolloutSettings } from './rollout-settings.ts'

export const rolloutStatusSchema = z.enum(['running', 'paused', 'promoted', 'rolledBack', 'aborted', 'superseded'])

const rolloutEndSchema = rolloutStatusSchema.exclude(['running', 'paused'])

/** How a rollout ended. An end is final. */
export type RolloutEnd = z.output<typeof rolloutEndSchema>

/** Whether a rollout in this state is over; a state may be a reason to hold it too. */
export function isRolloutEnd(state: string | undefined): state is RolloutEnd {
  return rolloutEndSchema.safeParse(state).success
}

/** Why a running rollout neither advances nor rolls back by itself. */
export const holdSchema = z.enum(['insufficientData', 'sampleRatioMismatch', 'inconclusive'])
export type Hold = z.infer<typeof holdSchema>

/** Why a canary was rolled back without a person: it is worse; the arms never matched; nothing was proven in time. */
const rollbackCauseSchema = z.enum(['evidence', 'mismatch', 'undecided'])
export type RollbackCause = z.infer<typeof rollbackCauseSchema>

/**
 * What a promotion rests on: `strong`, a drop beyond the margin is ruled out for each signal; `weak`, the rule for the
 * undecided; `time`, as the settings want it, or since no signal has a weight of which a proof is asked; `manual`, a
 * person.
 */
export const promotionStrengthSchema = z.enum(['strong', 'weak', 'time', 'manual'])
export type PromotionStrength = z.infer<typeof promotionStrengthSchema>
export type ProofStrength = Exclude<PromotionStrength, 'manual'>

/** A stage as settings are kept: its share in ppm, its soak time in ms. */
export const keptStageSchema = z.looseObject({ ppm: z.int(), soakMs: z.number() })

/** The settings of a rollout, as far as everybody reads them: later versions have more than earlier ones. */
const keptSettingsSchema = z.looseObject({ stages: z.array(keptStageSchema).min(1) })

/** A canary in progress or ended. Times in ms since the epoch, shares in ppm. */
export const rolloutSchema = z.object({
  id: z.string(),
  feature: z.string(),
  incumbent: z.string(),
  canary: z.string(),
  algorithm: z.literal('murmur3-x86-32/ppm'),
  /** Makes the arms of this rollout independent of those of any other. */
  salt: z.string(),
  settings: keptSettingsSchema,
  /** In percent of the requests. */
  judgePercent: z
    .number()
    .exactOptional()
    .meta({ description: 'Judged while it runs, where its version does not say.' }),
  /** Index into `settings.stages`. */
  stage: z.int().meta({ description: '0-based' }),
  /** When each stage so far was entered. */
  enteredAt: z.array(timeField),
  /** Time of the present stage that was spent paused, before `pausedAt`. */
  pausedMs: z.number().meta({ description: 'Of the present stage.' }),
  /** Older rollouts have none. */
  pausedBeforeMs: z.number().exactOptional().meta({ description: 'Of the stages before.' }),
  pausedAt: timeField.nullable(),
  status: rolloutStatusSchema,
  hold: holdSchema.nullable(),
  startedAt: timeField,
  startedBy: z.string(),
  /** Whoever has that one or a later one knows the incumbent. */
  startedAfter: z
    .int()
    .exactOptional()
    .meta({ description: "The feature's revision before; older rollouts have none." }),
  /** The reason given for starting without a passing report. */
  override: z.string().nullable(),
  /** An operator excluded them. */
  excluded: z.array(z.string()).exactOptional().meta({ description: 'Tokens whose outcomes are no evidence.' }),
  endedAt: timeField.nullable(),
  ending: z
    .object({
      by: z.string(),
      reason: z.string(),
      evidence: z.unknown(),
      why: rollbackCauseSchema
        .exactOptional()
        .meta({ description: 'Of a rollback without a person. undecided: nothing was proven in time.' }),
    })
    .nullable(),
  /** Null where it was not promoted. Older rollouts do not say. */
  strength: promotionStrengthSchema.nullable().exactOptional(),
})

/** The settings were whole when it was started, by the rules of then. */
export interface Rollout extends z.infer<typeof rolloutSchema> {
  settings: RolloutSettings
}
