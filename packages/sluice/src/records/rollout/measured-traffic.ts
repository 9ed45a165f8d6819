import { z } from 'zod'

/** What the log holds of a feature's last days. Null: unknown. */
const measuredTrafficSchema = z.strictObject({
  requestsPerDay: z.number().meta({ description: '0: no request in the last week, though there are earlier ones.' }),
  /** Distinct users a day. */
  usersPerDay: z.number().nullable(),
  users: z.int().nullable().meta({ description: 'Distinct ones in all of that time.' }),
  hours: z.number().meta({ description: 'How long that was; seven days at the most.' }),
  byHour: z.array(z.number().min(0)).length(24).nullable().default(null).meta({
    description: 'Requests of each hour of the day, UTC, as multiples of the average; null if there are too few.',
  }),
  until: z
    .number()
    .nullable()
    .default(null)
    .meta({ description: 'Where the last hour of `hourly` ends, ms since the epoch.' }),
  hourly: z.array(z.int().min(0)).default([]).meta({
    description: 'Requests of each hour until then, the oldest first; of three weeks at the most.',
  }),
  lastDay: z.number().nullable().default(null).meta({
    description: 'Requests of the last 24 hours; null if the log begins less than two days ago.',
  }),
  errorRate: z.number().meta({ description: 'Of fewer than 20 requests it tells nothing; 0 of none.' }),
  deviation: z.number().nullable().meta({ description: 'Of the judged scores.' }),
  judgeUsd: z.number().nullable().meta({ description: 'What judging one answer cost.' }),
})

export type MeasuredTraffic = z.infer<typeof measuredTrafficSchema>

/** What a forecast for a rollout of a version is made of, as the control plane answers it. */
export const trafficAnswerSchema = z.object({
  traffic: measuredTrafficSchema
    .nullable()
    .meta({ description: 'Traffic of the last days; null if the log has too little.' }),
  rollout: z.looseObject({}).meta({ description: "The version's settings, as in a prompt file." }),
  written: z.array(z.string()).nullable().meta({
    description: 'Settings that its prompt file sets itself, e.g. rollout.stages; null if that is not known.',
  }),
  refusesUndecided: z.literal(true).meta({
    description: 'A start whose traffic cannot decide it is refused, unless acceptUndecided is set.',
  }),
  judges: z.boolean().meta({
    description: 'Whether its answers are judged in production: they are stored, and it has a judge and questions.',
  }),
  live: z.object({
    store: z.boolean(),
    judge: z.object({
      percent: z.number(),
      canaryPercent: z.number().optional(),
      budgetUsdPerDay: z.number(),
    }),
  }),
})
