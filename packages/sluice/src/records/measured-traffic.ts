import { z } from 'zod'

/** What the log holds of a feature's last days. Null: unknown. */
export const measuredTrafficSchema = z.strictObject({
  requestsPerDay: z.number(),
  /** Distinct users a day. */
  usersPerDay: z.number().nullable(),
  users: z.int().nullable().meta({ description: 'Distinct ones in all of that time.' }),
  hours: z.number().meta({ description: 'How long that was; seven days at the most.' }),
  errorRate: z.number(),
  deviation: z.number().nullable().meta({ description: 'Of the judged scores.' }),
  judgeUsd: z.number().nullable().meta({ description: 'What judging one answer cost.' }),
})

export type MeasuredTraffic = z.infer<typeof measuredTrafficSchema>
