import { z } from 'zod'
import { verdictSchema } from '../verdict.ts'

const known = z.number().nullable()

const servedByStage = z.object({
  models: z.array(z.string()).describe('Names of models.'),
  fingerprints: z.array(z.string()).describe("The provider's fingerprints of its configuration."),
})

/** What the provider says has answered, sorted. */
export const servedSchema = z.object({
  generation: servedByStage.describe('Who answered the cases.'),
  judge: servedByStage.describe('Who judged.'),
})

export type Served = z.output<typeof servedSchema>

/** One comparison of a night with an earlier one, on the cases that are the same on both. */
const driftSchema = z.object({
  part: z
    .enum(['provider', 'judge'])
    .describe(
      'provider: new answers against kept ones, judged tonight alike. judge: kept answers, judged tonight and then.',
    ),
  against: z.enum(['reference', 'last']).describe('Compared with the first night or with the night before.'),
  since: z.string().describe('The night compared with.'),
  cases: z.int().min(0).describe('Cases that are the same on both.'),
  meanDifference: z.number().describe('Tonight minus then.'),
  ciLow: known.describe('Lower end of its interval.'),
  ciHigh: known.describe('Upper end of its interval.'),
  margin: z.number().describe('The largest drop that is none.'),
  detectableDrop: known.describe('The smallest drop that this comparison would have caught with 80 % probability.'),
  direction: z
    .enum(['down', 'up'])
    .nullable()
    .describe('Which way it moved beyond the margin; null where that is not shown.'),
  tags: z
    .array(
      z.object({
        tag: z.string().describe('The tag.'),
        meanDifference: known.describe('Tonight minus then, over its cases.'),
      }),
    )
    .describe('Tags that fell beyond their margin.'),
})

export type Drift = z.output<typeof driftSchema>

const trendSchema = z.object({
  night: z.string().describe('The day.'),
  verdict: verdictSchema.describe('Its verdict.'),
  mean: known.describe('Its mean score.'),
  ciLow: known.describe('Lower end of its interval.'),
  ciHigh: known.describe('Upper end of its interval.'),
  threshold: z.number().describe('The lowest mean that passed.'),
  version: z.string().describe('The version that was judged.'),
})

export type TrendNight = z.output<typeof trendSchema>

/** What a nightly adds to the report of a feature. */
export const nightReportSchema = z.object({
  night: z.string().describe('The day of the night.'),
  reference: z.string().nullable().describe('The first night whose answers are kept; null on the first.'),
  last: z.string().nullable().describe('The night before; null on the first.'),
  drifts: z.array(driftSchema).describe('Comparisons with earlier nights.'),
  suiteChange: z
    .object({
      added: z.array(z.string()).describe('Ids of new cases.'),
      removed: z.array(z.string()).describe('Ids of cases that are gone.'),
      edited: z.array(z.string()).describe('Ids of cases that are not the same.'),
    })
    .nullable()
    .describe('Against the night before; null where the suite is the same.'),
  events: z
    .array(
      z.object({
        code: z.string().describe('For machines.'),
        message: z.string().describe('For people: one sentence.'),
      }),
    )
    .describe('What a reader has to know that is no drift.'),
  outputs: z
    .object({
      compared: z.int().describe('Answers that are compared.'),
      identical: z.int().describe('Those that are the same text.'),
      similarity: z.number().describe('ROUGE-L, 1 for the same words.'),
    })
    .nullable()
    .describe("Tonight's answers beside the kept ones."),
  served: servedSchema.describe('What the provider says has answered.'),
  trend: z.array(trendSchema).describe('At most the last 60 nights, this one last.'),
})

export type NightReport = z.output<typeof nightReportSchema>
