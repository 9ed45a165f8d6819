import { z } from 'zod'
import { verdictSchema } from './verdict.ts'

const known = z.number().nullable()

const servedByStage = z.object({ models: z.array(z.string()), fingerprints: z.array(z.string()) })

/** What the provider says has answered, sorted. */
export const servedSchema = z.object({ generation: servedByStage, judge: servedByStage })

export type Served = z.output<typeof servedSchema>

/** One comparison of a night with an earlier one, on the cases that are the same on both. */
const driftSchema = z.object({
  /** `provider`: new answers against kept ones, judged tonight alike. `judge`: kept answers, judged tonight and then. */
  part: z.enum(['provider', 'judge']),
  against: z.enum(['reference', 'last']),
  /** The (first) night compared with. */
  since: z.string(),
  cases: z.int().min(0),
  meanDifference: z.number(),
  ciLow: known,
  ciHigh: known,
  margin: z.number(),
  detectableDrop: known,
  /** Which way it moved beyond the margin; null where that is not shown. */
  direction: z.enum(['down', 'up']).nullable(),
  /** Tags that fell beyond their margin. */
  tags: z.array(z.object({ tag: z.string(), meanDifference: known })),
})

export type Drift = z.output<typeof driftSchema>

const trendSchema = z.object({
  night: z.string(),
  verdict: verdictSchema,
  mean: known,
  ciLow: known,
  ciHigh: known,
  threshold: z.number(),
  version: z.string(),
})

export type TrendNight = z.output<typeof trendSchema>

/** What a nightly adds to the report of a feature. */
export const nightReportSchema = z.object({
  night: z.string(),
  /** The first night whose answers are kept; null on the first. */
  reference: z.string().nullable(),
  /** The night before; null on the first. */
  last: z.string().nullable(),
  drifts: z.array(driftSchema),
  /** Case ids, against the night before; null where the suite is the same. */
  suiteChange: z
    .object({ added: z.array(z.string()), removed: z.array(z.string()), edited: z.array(z.string()) })
    .nullable(),
  events: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Tonight's answers beside the kept ones; `similarity` is ROUGE-L, 1 for the same words. */
  outputs: z.object({ compared: z.int(), identical: z.int(), similarity: z.number() }).nullable(),
  served: servedSchema,
  /** At most the last 60 nights, this one last. */
  trend: z.array(trendSchema),
})

export type NightReport = z.output<typeof nightReportSchema>
