import { z } from 'zod'
import { duration } from '../../records/duration.ts'
import { armSchema } from '../../records/names.ts'

const share = z.number().min(0).max(1)

const later = z.strictObject({
  by: duration.meta({ description: 'How much later the worst answers are judged.' }),
  below: share.exactOptional().meta({
    description: 'Answers that score less wait so long, others not at all (default: all in proportion to 1 - score).',
  }),
})

const abstentions = z.strictObject({
  below: share.default(0.5).meta({ description: 'Answers that score less are hard to judge (default 0.5).' }),
  share: share.default(0).meta({ description: 'Share of those on which the judge abstains.' }),
  canary: share.exactOptional().meta({ description: 'The same for the canary (default: the same).' }),
})

export const judgeSchema = z.strictObject({
  percent: z.number().gt(0).max(100).default(10).meta({
    description: 'Share of requests judged, as in a prompt file: of incumbents perhaps fewer (default 10).',
  }),
  canaryPercent: z.number().gt(0).max(100).exactOptional().meta({
    description: 'The same for the canary (default: the same).',
  }),
  delay: duration.prefault('1m').meta({ description: 'From a request to its score (default 1m).' }),
  badLater: later.exactOptional().meta({ description: 'Bad answers are judged later than good ones.' }),
  abstains: abstentions.prefault({}).meta({ description: 'The judge gives no score to some bad answers.' }),
  perHour: z.number().gt(0).exactOptional().meta({ description: 'How many it judges in an hour (default: all).' }),
  queue: z.int().min(1).default(10_000).meta({
    description: 'How many requests wait for it at the most; more are not judged (default 10,000).',
  }),
  perDay: z.int().min(1).exactOptional().meta({
    description: 'How many the budget pays for each day; what comes later is judged after midnight, UTC.',
  }),
  noise: z
    .strictObject({
      sd: z.number().min(0).max(0.5).default(0).meta({ description: 'Standard deviation at the start …' }),
      perDay: z.number().min(-0.5).max(0.5).default(0).meta({ description: '… and how it changes per day.' }),
    })
    .prefault({})
    .meta({ description: 'How far its scores scatter around the answers, at most as far as [0,1] allows.' }),
})

export const feedbackSchema = z.strictObject({
  percent: z.number().min(0).max(100).default(0).meta({
    description: 'Share of answered requests that users rate, 1 where the score is 0.5 or more, else 0 (default 0).',
  }),
  bad: z.number().min(0).max(100).default(1).meta({
    description: 'How many times as often those who would rate 0 do so (default 1).',
  }),
})

const outageSchema = z
  .strictObject({
    from: duration,
    to: duration,
    arm: armSchema.exactOptional().meta({ description: 'Only scores of this arm (default: both).' }),
    lost: z.boolean().default(false).meta({ description: 'Scores due then never arrive.' }),
  })
  .refine(({ from, to }) => to > from, { path: ['to'], error: 'must be later than from' })

export const faultsSchema = z.strictObject({
  judgeOutages: z.array(outageSchema).default([]).meta({ description: 'Scores due then arrive when it is over.' }),
  duplicates: share.default(0).meta({ description: 'Share of outcomes that are sent twice.' }),
  twice: share.default(0).meta({ description: 'Share of requests that are reported twice, as if they were two.' }),
  lost: share.default(0).meta({ description: 'Share of outcomes that never arrive.' }),
  late: z
    .strictObject({ share: share.default(0), by: duration.prefault('1h') })
    .prefault({})
    .meta({ description: 'Share of outcomes that arrive late, by exponential times with this mean.' }),
})

/** Who tells the control plane. */
export const reportersSchema = z.strictObject({
  tokens: z.array(share.gt(0)).min(1).max(100).default([1]).meta({
    description:
      'Share of the users whose requests each token reports, e.g. [0.95, 0.05] (default: one token for all).',
  }),
  liar: share.default(0).meta({
    description: 'Beside so many of the requests a token of its own forges one: a failure, where it is the canary.',
  }),
  processes: z.int().min(1).max(1000).exactOptional().meta({
    description: 'How many processes, each at an address of its own, share the requests evenly (default: not known).',
  }),
  broken: z.boolean().default(false).meta({ description: 'In one of the processes the canary always fails.' }),
})

export type Reporters = z.output<typeof reportersSchema>
