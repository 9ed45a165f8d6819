import { z } from 'zod'
import { duration } from '../../records/duration.ts'

const share = z.number().min(0).max(1)
const factor = z.number().gt(0)

const scoreSchema = z
  .strictObject({
    mean: z.number().gt(0).lt(1).default(0.8),
    sd: z.number().gt(0).lt(0.5).default(0.25),
    correlation: z.number().min(0).max(0.95).default(0).meta({
      description: 'Share of the variance that lies between users (intraclass correlation; default 0).',
    }),
    explainedByLength: z.number().min(0).max(0.95).default(0).meta({
      description: 'Share of the variance that the length of the input explains, which is then reported (default 0).',
    }),
    levels: z.int().min(2).max(1000).exactOptional().meta({
      description: 'The judge gives one of so many marks from 0 to 1: 2 is yes or no (default: any number).',
    }),
  })
  .refine(({ mean, sd }) => sd ** 2 < mean * (1 - mean), {
    path: ['sd'],
    error: 'no scores in [0,1] with this mean scatter that much',
  })
  .refine(({ correlation, explainedByLength }) => correlation + explainedByLength <= 0.95, {
    path: ['explainedByLength'],
    error: 'must leave, with correlation, a twentieth of the variance',
  })

const tailSchema = z.strictObject({ share: share.default(0), factor: factor.default(10) })

/** What the incumbent makes of requests. */
export const incumbentSchema = z.strictObject({
  score: scoreSchema.prefault({}),
  errors: share.default(0.01).meta({ description: 'Share of failed requests (default 0.01).' }),
  errorUsers: share.gt(0).default(1).meta({
    description: 'Share of the users who meet them (default 1: all); the share of failed requests stays.',
  }),
  errorSpread: z.number().min(0).max(3).default(0).meta({
    description: 'How unevenly errors are spread over users: standard deviation of the logarithm (default 0).',
  }),
  refusals: share.default(0.005).meta({ description: 'Share of refused requests (default 0.005).' }),
  invalid: share.default(0.005).meta({ description: 'Share of answers of the wrong form (default 0.005).' }),
  latency: z
    .strictObject({
      medianMs: factor.default(1500),
      spread: z.number().min(0).max(3).default(0.5),
      tail: tailSchema.prefault({}).meta({ description: 'Share of requests that take many times as long.' }),
    })
    .prefault({})
    .meta({ description: 'Log-normal; spread is the standard deviation of the logarithm.' }),
  cost: z
    .strictObject({ medianUsd: factor.default(0.002), spread: z.number().min(0).max(3).default(0.5) })
    .prefault({})
    .meta({ description: 'Log-normal, as the latency.' }),
  dependence: share.default(0).meta({
    description: 'Share of requests of which all is bad together: low score, failure, refusal, long wait (default 0).',
  }),
})

export type Incumbent = z.output<typeof incumbentSchema>

const warmUpSchema = z.strictObject({
  factor: factor.default(3).meta({ description: 'How many times as long a cold request takes (default 3).' }),
  requests: z.int().min(0).default(0).meta({ description: 'The first so many requests of the canary are cold.' }),
  perUser: z.boolean().default(false).meta({ description: "Each user's first request of the canary is." }),
  stage: duration.prefault('0s').meta({ description: 'Those are that come so soon after a stage begins.' }),
  restartEvery: duration
    .exactOptional()
    .meta({ description: "The canary's process, which tells its name, is restarted so often …" }),
  restart: duration.prefault('10m').meta({ description: '… and cold for so long (default 10m).' }),
})

export const canarySchema = z
  .strictObject({
    from: duration.prefault('0s').meta({ description: 'When it begins to differ (default: from the start).' }),
    fromRequest: z.int().min(1).default(1).meta({
      description: "Of each user's requests of the canary, the first that differs (default 1): later turns.",
    }),
    newUsersOnly: z.boolean().default(false).meta({ description: 'Only for users who first come after `from`.' }),
    score: z.number().min(-1).max(1).default(0).meta({ description: 'Added to the mean score, e.g. -0.1.' }),
    errors: share.default(0),
    errorUsers: share.gt(0).exactOptional().meta({
      description: "Share of the users who meet the errors, where that is not the incumbent's; their rate stays.",
    }),
    refusals: share.default(0),
    invalid: share.default(0),
    latency: factor.default(1).meta({ description: 'Factor.' }),
    slowTail: tailSchema.prefault({}).meta({ description: 'Share of requests that take many times as long.' }),
    cost: factor.default(1).meta({ description: 'Factor.' }),
    engagement: factor.max(10).default(1).meta({
      description: 'How many times as often users come after their first answer of the canary (default 1).',
    }),
    warmUp: warmUpSchema.prefault({}).meta({ description: 'Which of its requests are slow because it is cold.' }),
  })
  .meta({
    description: 'How the canary differs from the incumbent; shares are of the requests that would have been fine.',
  })

export type CanaryChange = z.output<typeof canarySchema>

/** Whether a canary of this kind is worse than the incumbent in any respect that may roll it back. */
export function isWorse({ score, errors, refusals, invalid, latency, slowTail }: CanaryChange): boolean {
  return score < 0 || errors > 0 || refusals > 0 || invalid > 0 || latency > 1 || slowTail.share > 0
}

/** A cache of beginnings that many requests share, each arm its own. */
export const prefixCacheSchema = z.strictObject({
  timeToLive: duration.meta({ description: 'A beginning that was not asked for so long is forgotten.' }),
  prefixes: z.int().min(1).max(100_000).default(1).meta({ description: 'How many there are (default 1).' }),
  factor: factor
    .default(3)
    .meta({ description: 'How many times as long a request takes that finds none (default 3).' }),
})

export type PrefixCache = z.output<typeof prefixCacheSchema>
