import { z } from 'zod'
import { type Rollout, rolloutState, sharePpm } from '../../release/rollout.ts'
import type { Assessment } from '../../rollout/assessment.ts'
import type { AccuserShare, PlaceShare } from '../../rollout/place-share.ts'
import { figuresView } from './figures-view.ts'

const time = z.number().meta({ description: 'ms since the epoch' })
const hold = z.enum(['insufficientData', 'sampleRatioMismatch', 'inconclusive'])
const status = z.enum(['running', 'paused', 'promoted', 'rolledBack', 'aborted', 'superseded'])

const byArm = z.strictObject({ incumbent: z.int(), canary: z.int() })
const placeShare: z.ZodType<PlaceShare> = z.strictObject({
  id: z.string().nullable().meta({ description: 'As logged; null: not known; `others`: all that are not named.' }),
  tokenId: z.string().nullable(),
  share: z.number().min(0).max(1).meta({ description: 'Of all requests that count.' }),
  requests: byArm,
  errors: byArm.meta({ description: 'Failed ones of them.' }),
})
const largest = z.array(placeShare).max(6).meta({ description: 'The five largest, the most first, then `others`.' })
const accuserShare: z.ZodType<AccuserShare> = z.strictObject({
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
  accuser: accuserShare
    .nullish()
    .meta({ description: 'On whose word alone the evidence against the canary rests; null where there is none such.' }),
})

/** A rollout as it is answered: what is stored, and what follows from it. */
export const rolloutView = z.object({
  id: z.string(),
  feature: z.string(),
  incumbent: z.string(),
  canary: z.string(),
  algorithm: z.literal('murmur3-x86-32/ppm'),
  salt: z.string(),
  settings: z.looseObject({ stages: z.array(z.object({ ppm: z.int(), soakMs: z.number() })) }),
  judgePercent: z.number().optional().meta({ description: 'Judged while it runs, where its version does not say.' }),
  stage: z.int().meta({ description: '0-based' }),
  enteredAt: z.array(time),
  pausedMs: z.number().meta({ description: 'Of the present stage.' }),
  pausedBeforeMs: z.number().optional().meta({ description: 'Of the stages before.' }),
  pausedAt: time.nullable(),
  status,
  hold: hold.nullable(),
  startedAt: time,
  startedBy: z.string(),
  startedAfter: z.int().optional().meta({ description: "The feature's revision before; older rollouts have none." }),
  override: z.string().nullable(),
  excluded: z.array(z.string()).optional().meta({ description: 'Tokens whose outcomes are no evidence.' }),
  endedAt: time.nullable(),
  ending: z
    .object({
      by: z.string(),
      reason: z.string(),
      evidence: z.unknown(),
      why: z
        .enum(['evidence', 'mismatch', 'undecided'])
        .optional()
        .meta({ description: 'Of a rollback without a person. undecided: nothing was proven in time.' }),
    })
    .nullable(),
  strength: z.enum(['strong', 'weak', 'time', 'manual']).nullable().meta({
    description:
      'Of a promotion. strong: a drop beyond the margin is ruled out; weak: by the rule for the undecided; null: not promoted, or before it was noted.',
  }),
  state: z.union([status, hold]).meta({ description: 'The end, else paused, else why it holds, else running.' }),
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
