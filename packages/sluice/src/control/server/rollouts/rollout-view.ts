import { z } from 'zod'
import {
  holdSchema,
  promotionStrengthSchema,
  type Rollout,
  rolloutSchema,
  rolloutStatusSchema,
} from '../../../records/rollout.ts'
import { rolloutState, sharePpm } from '../../release/rollout.ts'
import type { Assessment, Figures } from '../../rollout/assessment/assessment.ts'
import type { OnlySourceShare, PlaceShare } from '../../rollout/assessment/place-share.ts'
import type { Store } from '../../store/store.ts'
import { type Caller, hasScope } from '../access/caller.ts'

const time = z.number().meta({ description: 'ms since the epoch' })
const byArm = z.strictObject({ incumbent: z.int(), canary: z.int() })
const interval = z.strictObject({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
const mean = interval.extend({ count: z.int().meta({ description: 'Judged answers or requests that it is of.' }) })
const height = z.strictObject({ eValue: z.number(), at: time })

const signal = z.strictObject({
  signal: z.string(),
  incumbent: mean.nullable(),
  canary: mean.nullable(),
  difference: interval
    .nullable()
    .meta({ description: 'Canary minus incumbent; its 95 % interval holds for one look.' }),
  margin: z.number().meta({ description: 'That a promotion rules out.' }),
  against: z.number().nullable().meta({ description: 'E-value against "no worse"; null without data.' }),
  highest: height.nullable(),
  proof: z
    .object({ eValue: z.number(), needed: z.number() })
    .nullable()
    .meta({ description: 'E-value against "worse by the margin of this stage".' }),
})

const missing = z.strictObject({
  what: z.string().meta({ description: 'A signal that is not proven, or what is counted.' }),
  has: z.number(),
  needed: z.number(),
  unit: z.enum(['users', 'eValue', 'ms']),
  expectedAt: time.nullable().meta({ description: 'By the rate so far; null where that does not tell.' }),
})

/** An assessment in numbers, as it is answered. */
const figuresView: z.ZodType<Figures> = z.strictObject({
  signals: z.array(signal).meta({ description: 'Those that have a say.' }),
  users: byArm,
  judged: z.strictObject({
    incumbent: z.strictObject({ users: z.int(), answers: z.int() }),
    canary: z.strictObject({ users: z.int(), answers: z.int() }),
  }),
  against: z
    .object({ eValue: z.number(), highest: height, needed: z.number() })
    .meta({ description: 'All signals together; `needed` rolls back.' }),
  missing: z.array(missing).meta({ description: 'What leaving the stage still takes.' }),
  nextStepAt: time.nullable().meta({ description: 'When nothing will be missing any more, by the rate so far.' }),
  patienceEndsAt: time.nullable().meta({ description: 'Null while its clock stands still.' }),
})

const placeShare: z.ZodType<PlaceShare> = z.strictObject({
  id: z.string().nullable().meta({ description: 'As logged; null: not known; `others`: all that are not named.' }),
  tokenId: z.string().nullable(),
  share: z.number().min(0).max(1).meta({ description: 'Of all requests that count.' }),
  requests: byArm,
  errors: byArm.meta({ description: 'Failed ones of them.' }),
})
const largest = z.array(placeShare).max(6).meta({ description: 'The five largest, the most first, then `others`.' })
const onlySourceShare: z.ZodType<OnlySourceShare> = z.strictObject({
  kind: z.enum(['token', 'instance', 'address']),
  id: z.string().nullable(),
  tokenId: z.string().nullable(),
  failures: z.strictObject({ own: z.int(), all: z.int() }).meta({ description: 'Failed requests of the canary.' }),
})
const assessment = z.looseObject({
  words: z.string(),
  // What an older version has stored has none of these.
  figures: figuresView.optional(),
  places: z
    .strictObject({ instance: largest, address: largest })
    .optional()
    .meta({ description: 'From which processes and addresses the outcomes came.' }),
  accuser: onlySourceShare
    .nullish()
    .meta({ description: 'On whose word alone the evidence against the canary rests; null where there is none such.' }),
})

/** A rollout as it is answered: what is stored, and what follows from it. */
export const rolloutView = rolloutSchema.extend({
  settings: z.looseObject({ stages: z.array(z.object({ ppm: z.int(), soakMs: z.number() })) }),
  strength: promotionStrengthSchema.nullable().meta({
    description:
      'Of a promotion. strong: a drop beyond the margin is ruled out; weak: by the rule for the undecided; null: not promoted, or before it was noted.',
  }),
  state: z
    .union([rolloutStatusSchema, holdSchema])
    .meta({ description: 'The end, else paused, else why it holds, else running.' }),
  ppm: z.int().meta({ description: "The canary's share now, in parts per million." }),
  assessment: assessment.nullable(),
  judging: z.strictObject({ spentTodayUsd: z.number(), budgetUsdPerDay: z.number().nullable() }).optional().meta({
    description: 'What judging the feature costs today (UTC). Only of a rollout that is asked for by its id.',
  }),
})

export type RolloutView = z.infer<typeof rolloutView>

export function rolloutViewOf(rollout: Rollout, assessment: Assessment | null): RolloutView {
  const ending = rollout.ending && { ...rollout.ending, evidence: rollout.ending.evidence ?? null }
  return {
    ...rollout,
    settings: { ...rollout.settings },
    ending,
    strength: rollout.strength ?? null,
    state: rolloutState(rollout),
    ppm: sharePpm(rollout),
    assessment: assessment && { ...assessment },
  }
}

/** An assessment in which those tokens have names that the caller may see: operators need to know whose word it is. */
export async function withTokenNames(
  assessment: Assessment | null,
  caller: Caller,
  store: Pick<Store, 'tokens'>,
): Promise<Assessment | null> {
  if (!assessment?.tokens?.length || !hasScope(caller, ['operator'])) return assessment
  const names = new Map((await store.tokens()).map(({ id, name }) => [id, name]))
  return {
    ...assessment,
    tokens: assessment.tokens.map((one) => {
      const name = one.tokenId === null ? undefined : names.get(one.tokenId)
      return name === undefined ? one : { ...one, name }
    }),
  }
}
