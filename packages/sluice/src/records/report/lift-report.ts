import { z } from 'zod'

const count = z.int().min(0)
const known = z.number().nullable()

const estimateSchema = z.object({
  value: known.describe('The estimate; null where no case has a score on both sides.'),
  ciLow: known.describe(
    'Lower end of its interval, paired by case and robust to clusters; null where the cases do not tell.',
  ),
  ciHigh: known.describe('Upper end of it.'),
})

const lossSchema = z.object({
  share: estimateSchema.describe(
    'Mean over the cases of the share of their pairs of answers, one of each side, that are worse by more than the margin.',
  ),
  size: estimateSchema.describe('By how much those are worse on average; null where none is.'),
})

/** What files of a workspace add: the candidate against the candidate without them, on the same cases and repeats. */
export const liftReportSchema = z.object({
  without: z.array(z.string()).describe('What the run without has not: `target.workspace.without`.'),
  cases: count.describe('Cases that count.'),
  pairs: count.describe('Cases that have a score with and without.'),
  missing: count.describe('Cases with a score of the candidate and none without.'),
  withoutMean: known.describe('Mean score without, over the pairs.'),
  lift: estimateSchema.describe('Mean of candidate minus without.'),
  margin: z.number().describe('An answer is worse, or better, where the scores differ by more than this.'),
  harm: lossSchema.describe('Answers of the candidate that are worse than those without.'),
  help: lossSchema.describe('Answers of the candidate that are better.'),
  harmed: z.array(z.string()).describe('Ids of the cases whose mean is worse than without, the worst first.'),
  baseline: z
    .object({
      pairs: count.describe('Cases that have a score in candidate, baseline and without.'),
      lift: estimateSchema.describe('Mean of baseline minus without.'),
      liftChange: estimateSchema.describe('Lift of the candidate minus that of the baseline, over these cases.'),
      harm: lossSchema.describe('Answers of the baseline that are worse than those without.'),
      harmChange: estimateSchema.describe('Share of harm of the candidate minus that of the baseline.'),
    })
    .nullable()
    .describe('The baseline against the same run without; null where no baseline was run.'),
  untold: z.string().nullable().describe('Why the numbers say nothing of the files; null where they do.'),
})
export type LiftReport = z.infer<typeof liftReportSchema>
