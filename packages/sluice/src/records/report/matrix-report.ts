import { z } from 'zod'
import { askedAndPaid } from './asked-and-paid.ts'
import { calibrationSchema } from './calibration.ts'

const known = z.number().nullable()
const count = z.int().min(0)

const differenceSchema = z.object({
  /** Cases that both cells have scored. */
  pairs: count,
  /** Cell minus reference. */
  mean: known,
  /** Cluster-robust; all intervals of a matrix hold together. */
  ciLow: known,
  ciHigh: known,
  /**
   * `better` and `worse`: the interval excludes 0, and would whatever the missing answers had scored. `undecided`: the
   * two cannot be told apart.
   */
  outcome: z.enum(['better', 'worse', 'undecided']),
})

export type MatrixDifference = z.infer<typeof differenceSchema>

/** One prompt with one model. */
const cellSchema = z.object({
  feature: z.string(),
  model: z.string(),
  /** The model stands in the prompt's file. */
  own: z.boolean(),
  /** Version id of the prompt with this model. */
  version: z.string(),
  /** The cell that it is compared with; null for a cell that others are compared with. */
  reference: z.object({ feature: z.string(), model: z.string() }).nullable(),
  /** The mean over the answers that have a score, by case; the interval is cluster-robust. */
  score: z.object({ mean: known, ciLow: known, ciHigh: known }),
  /** Null for a reference. */
  difference: differenceSchema.nullable(),
  /** Every answer has a score. */
  complete: z.boolean(),
  cases: z.object({ asked: count, scored: count }),
  /** `errors` and `unfinished` have no score and are no zeros. `unfinished`: the budget ended first. */
  answers: z.object({ asked: count, scored: count, errors: count, unfinished: count }),
  /** Share of the scored answers in which something failed that must not; null without a scored answer. */
  mustFailed: known,
  /** USD, without the judge, as paid when they were given; null unless the price of every answer is known. */
  usdPer1000Answers: known,
  latencyP50Ms: known,
  latencyP95Ms: known,
  /** Why answers have no score. */
  causes: z.array(z.string()),
})

export type MatrixCell = z.infer<typeof cellSchema>

const featureSchema = z.object({
  feature: z.string(),
  file: z.string(),
  suite: z.string(),
  /** The model of the prompt's file. */
  model: z.string(),
  cases: count,
  /** What labels of people say of the judge; null where nobody labelled. Absent where nothing was judged. */
  calibration: calibrationSchema.nullable().optional(),
})

/** What `sluice eval --compare` found, `sluice.matrix/1`. */
export const matrixReportSchema = z.object({
  schema: z.literal('sluice.matrix/1'),
  at: z.iso.datetime({ offset: true }),
  features: z.array(featureSchema),
  /** The columns, that of the first prompt first. */
  models: z.array(z.string()),
  /** The cells in the order of the features, and within one in that of the models. */
  cells: z.array(cellSchema),
  repeats: z.int().min(1),
  tags: z.array(z.string()).nullable(),
  /** The chance with which each mean's interval holds, and with which those of all differences hold together. */
  confidence: z.number(),
  /** Differences whose intervals hold together, and how that is reached. */
  comparisons: count,
  correction: z.literal('bonferroni'),
  /** The one judge of every cell; null where nothing was judged. */
  judge: z.object({ id: z.string(), model: z.string() }).nullable(),
  notes: z.array(z.string()),
  ...askedAndPaid,
})

export type MatrixReport = z.infer<typeof matrixReportSchema>

/** The JSON Schema of the report. */
export function matrixJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(matrixReportSchema, { io: 'input' })
  return { $schema, title: 'Sluice matrix', description: 'The result of sluice eval --compare.', ...schema }
}
