import type { Capture } from '@sluice/client'
import { z } from 'zod'
import { type Rollout, rolloutSchema } from './rollout/rollout.ts'
import type { LiveSettings } from './rollout/rollout-settings.ts'
import { timeField } from './time.ts'

/** One stretch of time in which a version was what everybody got. */
export const activationSchema = z.object({
  version: z.string(),
  since: timeField,
  until: timeField.nullable(),
  /** `rolledBack`: it ended in an incident, so it is no version to go back to. */
  ended: z.enum(['replaced', 'rolledBack']).nullable(),
  /** It was promoted by a canary. */
  promoted: z.boolean(),
})

export type Activation = z.infer<typeof activationSchema>

/** What a rollback took back, or an abort. */
export const takenBackSchema = z.object({ version: z.string(), at: timeField, by: z.string(), reason: z.string() })

export type TakenBack = z.infer<typeof takenBackSchema>

/** Everything about a feature that decides what is served. One document, changed only by `transition`. */
export const featureSchema = z.object({
  feature: z.string(),
  /** The store's revision of the last change; 0 before the first. */
  revision: z.int(),
  /** Null until a version was activated. */
  active: z.string().nullable(),
  /** Oldest first; at most the last 100. */
  history: z.array(activationSchema),
  /**
   * They were rolled back as a canary or when active, and were neither promoted later nor active for a day and then
   * replaced. The last 100, each once.
   */
  rolledBack: z.array(z.string()).meta({ description: 'Versions that are never gone back to.' }),
  takenBack: takenBackSchema.nullable().meta({
    description: 'Set where the last change was a rollback or an abort: then another must say what it is for.',
  }),
  /** The running or last rollout. */
  rollout: rolloutSchema.nullable(),
  /** Those before it, all ended, oldest first; at most the last 10. */
  pastRollouts: z.array(rolloutSchema),
  capture: z.object({ incumbent: z.number(), canary: z.number() }).nullable(),
  /**
   * What holds now: the settings of the newest version in production (the running canary, else the active one), within
   * `publishedLive`.
   */
  live: z.looseObject({}).nullable(),
  /**
   * The settings that were published last, of whichever version. Absent in states of before: then the newest version's.
   */
  publishedLive: z.looseObject({}).exactOptional(),
})

export interface FeatureState extends z.infer<typeof featureSchema> {
  rollout: Rollout | null
  pastRollouts: Rollout[]
  capture: Capture | null
  live: LiveSettings | null
  publishedLive?: LiveSettings
}
