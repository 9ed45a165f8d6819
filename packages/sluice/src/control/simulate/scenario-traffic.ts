import { z } from 'zod'
import { exactlyOne } from '../../core/suite/diagnostics/exactly-one.ts'
import { duration } from '../../records/duration.ts'

const share = z.number().min(0).max(1)
const factor = z.number().gt(0)
const rates = exactlyOne(['perHour', 'perDay'], 'rate of requests', 'perHour, perDay')

export const trafficSchema = z
  .strictObject({
    perHour: z.number().gt(0).max(1_000_000).exactOptional().meta({ description: 'Requests per hour on average.' }),
    perDay: z.number().gt(0).max(24_000_000).exactOptional().meta({ description: 'The same per day.' }),
    dailySwing: share.default(0).meta({
      description: 'How far the busiest hour of the day lies above the average: 0.5 is half as much again (default 0).',
    }),
    weekend: factor.max(10).default(1).meta({ description: 'Factor of the requests on Saturdays and Sundays, UTC.' }),
    perWeek: factor.max(100).default(1).meta({
      description: 'Factor of the requests from one week to the next, little by little (default 1: no growth).',
    }),
    episodes: z
      .array(z.strictObject({ from: duration, lasts: duration, factor: z.number().min(0).max(100) }))
      .default([])
      .meta({ description: 'Times with more or fewer requests, e.g. an outage: a factor of 0.' }),
    users: z.int().min(1).max(1_000_000).meta({ description: 'How many users there are at a time.' }),
    heavyTail: z.number().min(0).max(3).default(0).meta({
      description: 'The n-th busiest user sends in proportion to 1 / n to this power (default 0: all the same).',
    }),
    perVisit: z.number().min(1).max(100).default(1).meta({
      description: 'Requests that a user sends in a row on average, minutes apart (default 1).',
    }),
    newUsersPerDay: z.number().min(0).max(10).default(0).meta({
      description: 'Of each user, how often a day somebody new takes the place (default 0: the same for ever).',
    }),
    anonymous: share.default(0).meta({ description: 'Share of requests that name no user: they get the incumbent.' }),
  })
  .superRefine(rates.check)

export type ScenarioTraffic = z.output<typeof trafficSchema>

/** How many requests come in an hour on average. */
export function requestsPerHour({ perHour, perDay }: ScenarioTraffic): number {
  return perHour ?? (perDay ?? 0) / 24
}

/** What users do after a bad answer, in both arms. */
export const reactionsSchema = z.strictObject({
  below: share.default(0.5).meta({ description: 'An answer that scores less is bad, as is a failed one (0.5).' }),
  leave: share.default(0).meta({ description: 'Share of bad answers after which the user never comes back.' }),
  stayAway: duration.prefault('0s').meta({ description: 'How long the others stay away on average.' }),
  retry: share.default(0).meta({ description: 'Share of bad answers after which the user asks again at once.' }),
})

export type Reactions = z.output<typeof reactionsSchema>

const levels = z.strictObject({
  score: z.number().min(-1).max(1).default(0).meta({ description: 'Added to the mean score.' }),
  errors: factor.default(1).meta({ description: 'Factor of the rate of errors.' }),
  latency: factor.default(1).meta({ description: 'Factor.' }),
})

/** What comes and goes with the time, for both arms alike. */
export const cyclesSchema = z.strictObject({
  day: levels.prefault({}).meta({
    description:
      'How it is six hours after midnight, UTC; at six in the evening it is the opposite, between them a wave.',
  }),
  weekend: levels.prefault({}).meta({ description: 'How it is on Saturdays and Sundays, UTC.' }),
})

export type Cycles = z.output<typeof cyclesSchema>
