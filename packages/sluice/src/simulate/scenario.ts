import { z } from 'zod'
import { duration } from '../suite/duration.ts'
import { exactlyOne } from '../suite/exactly-one.ts'
import { rolloutSettingsSchema } from '../suite/rollout-settings.ts'

const share = z.number().min(0).max(1)
const factor = z.number().gt(0)

const trafficSchema = z.strictObject({
  perHour: z.number().gt(0).max(1_000_000).meta({ description: 'Requests per hour on average.' }),
  dailySwing: share.default(0).meta({
    description: 'How far the busiest hour of the day lies above the average: 0.5 is half as much again (default 0).',
  }),
  users: z.int().min(1).max(1_000_000).meta({ description: 'How many users there are.' }),
  heavyTail: z.number().min(0).max(3).default(0).meta({
    description: 'The n-th busiest user sends in proportion to 1 / n to this power (default 0: all the same).',
  }),
})

export type Traffic = z.output<typeof trafficSchema>

const incumbentSchema = z.strictObject({
  score: z
    .strictObject({
      mean: z.number().gt(0).lt(1).default(0.8),
      sd: z.number().gt(0).lt(0.5).default(0.25),
      correlation: z.number().min(0).max(0.95).default(0).meta({
        description: 'Share of the variance that lies between users (intraclass correlation; default 0).',
      }),
    })
    .refine(({ mean, sd }) => sd ** 2 < mean * (1 - mean), {
      path: ['sd'],
      error: 'no scores in [0,1] with this mean scatter that much',
    })
    .prefault({}),
  errors: share.default(0.01).meta({ description: 'Share of failed requests (default 0.01).' }),
  refusals: share.default(0.005).meta({ description: 'Share of refused requests (default 0.005).' }),
  invalid: share.default(0.005).meta({ description: 'Share of answers of the wrong form (default 0.005).' }),
  latency: z
    .strictObject({ medianMs: factor.default(1500), spread: z.number().min(0).max(3).default(0.5) })
    .prefault({})
    .meta({ description: 'Log-normal; spread is the standard deviation of the logarithm.' }),
  cost: z
    .strictObject({ medianUsd: factor.default(0.002), spread: z.number().min(0).max(3).default(0.5) })
    .prefault({})
    .meta({ description: 'Log-normal, as the latency.' }),
})

export type Incumbent = z.output<typeof incumbentSchema>

const canarySchema = z
  .strictObject({
    from: duration.prefault('0s').meta({ description: 'When it begins to differ (default: from the start).' }),
    score: z.number().min(-1).max(1).default(0).meta({ description: 'Added to the mean score, e.g. -0.1.' }),
    errors: share.default(0),
    refusals: share.default(0),
    invalid: share.default(0),
    latency: factor.default(1).meta({ description: 'Factor.' }),
    cost: factor.default(1).meta({ description: 'Factor.' }),
  })
  .meta({
    description: 'How the canary differs from the incumbent; shares are of the requests that would have been fine.',
  })

export type CanaryChange = z.output<typeof canarySchema>

const outageSchema = z.strictObject({ from: duration, to: duration }).refine(({ from, to }) => to > from, {
  path: ['to'],
  error: 'must be later than from',
})

const judgeSchema = z.strictObject({
  percent: z.number().gt(0).max(100).default(10).meta({ description: 'Share of requests judged (default 10).' }),
  canaryPercent: z.number().gt(0).max(100).exactOptional().meta({
    description: 'The same for the canary (default: the same).',
  }),
  delay: duration.prefault('1m').meta({ description: 'From a request to its score (default 1m).' }),
})

const faultsSchema = z.strictObject({
  judgeOutages: z.array(outageSchema).default([]).meta({ description: 'Scores due then arrive when it is over.' }),
  duplicates: share.default(0).meta({ description: 'Share of outcomes that are sent twice.' }),
  lost: share.default(0).meta({ description: 'Share of outcomes that never arrive.' }),
  late: z
    .strictObject({ share: share.default(0), by: duration.prefault('1h') })
    .prefault({})
    .meta({ description: 'Share of outcomes that arrive late, by exponential times with this mean.' }),
})

const sources = exactlyOne(['traffic', 'recorded'], 'traffic source')

/** A file of `sluice simulate`: what production is like, how the canary differs, and by which rules it is let loose. */
export const scenarioSchema = z
  .strictObject({
    about: z.string().default('').meta({ description: 'What this is to show, in a sentence.' }),
    runs: z.int().min(1).max(1_000_000).default(200).meta({ description: 'How many canaries (default 200).' }),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1),
    lasts: duration.prefault('7d').meta({ description: 'A canary that has not ended by then is undecided.' }),
    traffic: trafficSchema.exactOptional(),
    incumbent: incumbentSchema.prefault({}).meta({ description: 'What simulated requests come to.' }),
    recorded: z.string().min(1).exactOptional().meta({
      description: 'Instead of simulated traffic: JSON Lines of outcomes with scores, relative to this file.',
    }),
    canary: canarySchema.prefault({}),
    scorePerDay: z.number().min(-1).max(1).default(0).meta({
      description: 'How the mean score of both arms changes per day (default 0).',
    }),
    judge: judgeSchema.prefault({}),
    faults: faultsSchema.prefault({}),
    rollout: rolloutSettingsSchema.prefault({}),
  })
  .superRefine(sources.check)
  .meta({ title: 'Scenario of sluice simulate' })

/** Times in ms since the start, shares from 0 to 1. */
export type Scenario = z.output<typeof scenarioSchema>

/** Whether a canary of this kind is worse than the incumbent in any respect that may roll it back. */
export function isWorse({ score, errors, refusals, invalid, latency }: CanaryChange): boolean {
  return score < 0 || errors > 0 || refusals > 0 || invalid > 0 || latency > 1
}
