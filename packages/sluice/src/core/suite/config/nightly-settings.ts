import { z } from 'zod'

/** The `nightly` of sluice.yaml; every key has a default. */
export const nightlySettingsSchema = z
  .strictObject({
    threshold: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .meta({
        description: "Lowest mean score of a good night (default: 0.82, or the gate's where that is lower).",
        examples: [0.8],
      }),
    suite: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: 'Name of the suite of the night (default: full, else fast).', examples: ['full'] }),
    repeats: z
      .int()
      .min(1)
      .max(20)
      .exactOptional()
      .meta({ description: 'Answers per case and night (default 1).', examples: [3] }),
    sentinels: z
      .int()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'Cases whose first answers are kept and judged again every night, to tell drift of the judge from drift of the model (default 200).',
        examples: [100],
      }),
    judgeAttack: z
      .boolean()
      .exactOptional()
      .meta({
        description:
          'Attack the judge of each feature with instructions in outputs, and fail the night if one makes it say yes (default false).',
        examples: [true],
      }),
    budgetUsd: z
      .number()
      .gt(0)
      .exactOptional()
      .meta({ description: 'Hard stop of a night, in USD (default: gate.budgetUsd).', examples: [10] }),
  })
  .meta({
    description: 'What sluice nightly runs, and when it alarms.',
    examples: [{ suite: 'full', threshold: 0.8, budgetUsd: 10 }],
  })

/** What the project says about its nights; absent is the default. */
export type NightlySettings = z.output<typeof nightlySettingsSchema>
