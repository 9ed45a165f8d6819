import { z } from 'zod'
import { verdictSchema } from '../verdict.ts'

const count = z.int().min(0)
const known = z.number().nullable()

/** One number of a run that checks have measured, such as recall@5 or the F1 of a class. */
export const metricSchema = z.object({
  name: z.string().describe('As `gate.metrics` names it, e.g. `recall@5`, `f1`, `f1.refund`, `unsupported`.'),
  check: z.string().describe('The name of the check, or the id of the rubric item, that measures it.'),
  cases: count.describe('Cases that it rests on; with a baseline those measured in both versions.'),
  missing: count.describe(
    'Cases that the check applies to and that have nothing measured of the candidate or, with a baseline, of that.',
  ),
  value: known.describe('Of the candidate; null where it is undefined.'),
  ciLow: known.describe('Lower end of its interval, robust to clusters; null with too few cases.'),
  ciHigh: known.describe('Upper end of it.'),
  baseline: known.describe('The same number of the baseline.'),
  difference: known.describe('Candidate minus baseline, on the same cases.'),
  differenceLow: known.describe('Lower end of the interval of the difference, paired by case and robust to clusters.'),
  differenceHigh: known.describe('Upper end of it.'),
  undefined: z.string().nullable().describe('Why it has no value; null where it has one.'),
  gate: z
    .object({
      min: known.describe('Lowest value that passes; null where none is set.'),
      max: known.optional().describe('Highest value that passes; absent where none is set.'),
      margin: known.describe('Largest drop that passes, or rise where less is better; null where none is set.'),
      verdict: verdictSchema.describe('What the gate made of it.'),
    })
    .optional()
    .describe('Where `gate.metrics` names it.'),
})
export type MetricReport = z.infer<typeof metricSchema>

/** Which class was answered where which was expected, by the answers of the candidate. */
export const confusionSchema = z.object({
  check: z.string().describe('The name of the `label` check.'),
  classes: z.array(z.string()).describe('The classes, as columns.'),
  rows: z
    .array(
      z.object({
        expected: z.string().describe('The class that the cases expect.'),
        got: z.array(count).describe('Answers by class, in the order of `classes`.'),
        unknown: count.describe('Answers that are none of the classes.'),
      }),
    )
    .describe('One for each class; a class that no case expects has zeros alone.'),
})
export type ConfusionTable = z.infer<typeof confusionSchema>
