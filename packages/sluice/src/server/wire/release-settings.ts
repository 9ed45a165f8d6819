import { z } from 'zod'
import { liveSettingsSchema, rolloutSettingsSchema } from '../../suite/rollout-settings.ts'

const milliseconds = z.int().min(0)

const ascendingStages = z
  .array(z.strictObject({ ppm: z.int().min(1).max(1_000_000), soakMs: milliseconds }))
  .min(1)
  .refine((stages) => stages.every(({ ppm }, index) => ppm > (stages[index - 1]?.ppm ?? 0)), {
    error: 'each stage must have a larger share than the one before it',
  })

/** As written in a prompt file, or as read from one: shares in ppm, times in ms. */
export const rolloutSettings = z.union([
  rolloutSettingsSchema,
  rolloutSettingsSchema.extend({ stages: ascendingStages, patience: milliseconds }),
])

/** As written in a prompt file, or as read from one. */
export const liveSettings = z.union([liveSettingsSchema, liveSettingsSchema.extend({ retention: milliseconds })])
