import { z } from 'zod'

/** The `nightly` of sluice.yaml; every key has a default. */
export const nightlySettingsSchema = z
  .strictObject({
    threshold: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .meta({ description: "Lowest mean score of a good night (default 0.82, or the gate's where that is lower)." }),
    suite: z.string().min(1).exactOptional().meta({ description: 'Suite of the night (default full, else fast).' }),
    repeats: z.int().min(1).max(20).exactOptional().meta({ description: 'Answers per case and night (default 1).' }),
    sentinels: z
      .int()
      .min(1)
      .exactOptional()
      .meta({ description: 'Cases whose first answers are kept and judged again every night (default 200).' }),
    budgetUsd: z.number().gt(0).exactOptional().meta({ description: 'Hard stop of a night (default gate.budgetUsd).' }),
  })
  .meta({ description: 'What sluice nightly runs, and when it alarms.' })

/** What the project says about its nights; absent is the default. */
export type NightlySettings = z.output<typeof nightlySettingsSchema>
