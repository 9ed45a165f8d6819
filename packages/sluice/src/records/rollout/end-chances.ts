import { z } from 'zod'

const share = z.number().min(0).max(1)
const hours = z.number().min(0)

/** How simulated canaries of one kind end before patience does, and when. */
const endChancesSchema = z.strictObject({
  worseBy: z
    .number()
    .meta({ description: 'Multiple of the margin by which it is worse; 0: as good as the incumbent.' }),
  promoted: share.meta({
    description:
      'Promoted by proof; by time alone where the settings ask for no proof (`advance: soak`, weights of 0).',
  }),
  rolledBack: share.meta({ description: 'Rolled back by evidence.' }),
  undecided: share.meta({ description: 'Neither until patience ends, nor in the time that was simulated.' }),
  weak: share.meta({ description: 'Undecided ones that are then promoted weakly.' }),
  endHours: z
    .strictObject({
      earliest: hours,
      median: hours,
      latest: hours,
      chance: share.meta({ description: 'That it ends from the earliest to the latest hour.' }),
    })
    .meta({
      description:
        'Hours from now to its end: by evidence, or by the end of patience, as is whatever was not followed to its end.',
    }),
})
export type EndChances = z.infer<typeof endChancesSchema>

/** What a rollout can decide before its patience ends. */
export const endForecastSchema = z.strictObject({
  runs: z.int().meta({ description: 'Simulated rollouts of each kind.' }),
  harm: z.string().meta({ description: 'By what the worse canary is worse, e.g. `a score lower by 0.05`.' }),
  patienceHours: hours.meta({
    description: 'From now to the end of patience; where time or a person decides, for how long it was simulated.',
  }),
  followedHours: hours.nullable().default(null).meta({
    description: 'For how many of these it was simulated: 60 days at most; null: not stored, by older versions.',
  }),
  requestsPerDay: z
    .strictObject({ low: z.number(), high: z.number() })
    .nullable()
    .default(null)
    .meta({ description: 'What is expected of the next four days, in 80 of 100 cases; null: taken as it was given.' }),
  pastHours: z
    .int()
    .nullable()
    .default(null)
    .meta({ description: 'Of how many hours of the log that is foretold; null: of none.' }),
  asGood: endChancesSchema,
  worse: endChancesSchema,
})
export type EndForecast = z.infer<typeof endForecastSchema>
