import { z } from 'zod'

const count = z.int().min(0)
const share = z.number().min(0).max(1)

const estimateSchema = z.object({
  value: z.number().describe('What was found.'),
  low: z.number().nullable().describe('Lower end of the interval; null where it cannot be given.'),
  high: z.number().nullable().describe('Upper end.'),
})
export type BoundedEstimate = z.infer<typeof estimateSchema>

const verdictSchema = z.enum(['may gate', 'may not gate', 'too few labels'])
export type CalibrationVerdict = z.infer<typeof verdictSchema>

const meanCount = z
  .number()
  .min(0)
  .describe('A mean over the verdicts on one output, so it may lie between whole numbers.')

const confusionSchema = z.object({
  yes: z
    .object({ yes: meanCount, no: meanCount, cannotTell: meanCount })
    .describe('What the judge says where people say yes.'),
  no: z
    .object({ yes: meanCount, no: meanCount, cannotTell: meanCount })
    .describe('What the judge says where people say no.'),
})
export type Confusion = z.infer<typeof confusionSchema>

const measuresSchema = z.object({
  labels: count.describe('Outputs on which people said yes or no and the judge answered, each item of each counted.'),
  cases: count.describe('Cases that they come from; intervals count these.'),
  confusion: confusionSchema.describe('How often which answer came with which label.'),
  tpr: estimateSchema
    .nullable()
    .describe('Share of what people call good that the judge calls good; null without any.'),
  tnr: estimateSchema.nullable().describe('Share of what people call bad that the judge calls bad; null without any.'),
  exact: share.nullable().describe('Share of equal answers, by chance or not; null without labels.'),
  kappa: estimateSchema.nullable().describe("Cohen's kappa: agreement beyond chance. Null where it is not defined."),
  qwk: estimateSchema
    .nullable()
    .describe('The same with squared distances over no, cannot tell, yes. Null where it is not defined.'),
  whyNoKappa: z.string().nullable().describe('Why kappa is null.'),
  verdict: verdictSchema.describe('What these labels alone say.'),
  labelsNeeded: count
    .nullable()
    .describe('How many more labels would decide, if the rest is like these; null where none are needed or none help.'),
  reason: z.string().describe('What the verdict rests on.'),
})
export type CalibrationMeasures = z.infer<typeof measuresSchema>

const differenceSchema = z.object({
  difference: z.number().describe('What was found; above 0 the judge is kinder there.'),
  low: z.number().describe('Lower end of the interval.'),
  high: z.number().describe('Upper end.'),
})

/** What labels of people say about a judge. The published format of `sluice judge calibrate --json`. */
export const calibrationSchema = z.object({
  schema: z.literal('sluice.judge-calibration/1').describe('The version of this format.'),
  feature: z.string().describe('Whose rubric it is.'),
  judge: z
    .object({
      id: z.string().describe('Covers model, parameters, instructions and the text of the rubric items.'),
      model: z.string().describe('`provider:model`.'),
    })
    .describe('The judge in use.'),
  state: z
    .enum(['current', 'stale', 'unlabelled', 'unreadable'])
    .describe(
      '`stale`: labelled outputs have no verdict of this very judge, or every label is of a case or question that has changed; `unlabelled`: nobody labelled; `unreadable`: a file of labels, or a suite, is damaged.',
    ),
  verdict: verdictSchema.nullable().describe('Null unless the state is `current`.'),
  reason: z.string().describe('For people: what the verdict rests on, or what is missing.'),
  labelsNeeded: count
    .nullable()
    .describe('How many more labels would decide; null where none are needed or none help.'),
  rule: z
    .object({
      minKappa: z.number().describe('Lowest lower end of kappa.'),
      minTpr: share.nullable().describe('Lowest lower end of the true positive rate; null where none is asked for.'),
      minTnr: share.nullable().describe('Lowest lower end of the true negative rate; null where none is asked for.'),
    })
    .describe('What it has to reach.'),
  confidence: share.describe('Of every interval.'),
  all: measuresSchema.nullable().describe('All items together, chance taken within each; null unless `current`.'),
  items: z
    .array(measuresSchema.extend({ item: z.string().describe('Id of the rubric item.') }))
    .describe('The same for each item; empty unless `current`.'),
  labellers: z
    .object({
      people: count.describe('How many people labelled.'),
      twice: count.describe('Items of outputs that two people or more labelled.'),
      exact: share.nullable().describe('Share of pairs of labels that are equal.'),
      kappa: estimateSchema.nullable().describe('Their agreement beyond chance; a judge is not to be asked for more.'),
      why: z.string().nullable().describe('Why it is not known.'),
    })
    .describe('How far people agree with each other.'),
  selfConsistency: z
    .object({
      outputs: count.describe('Items of outputs with more than one verdict.'),
      same: share.describe('Share of them with equal verdicts throughout.'),
      flips: estimateSchema.describe('Probability that two verdicts on the same text differ.'),
    })
    .nullable()
    .describe('Null unless the judge was asked more than once.'),
  verbosityBias: differenceSchema
    .extend({ medianLength: count.describe('Characters at which short and long are parted.') })
    .nullable()
    .describe('By how much more the judge says yes too often to the longer half than to the shorter; null if unknown.'),
  positionBias: z.null().describe('Null: the judge sees one output at a time, so there is no order.'),
  versionBias: differenceSchema
    .extend({
      limit: z.number().describe('Half of the margin.'),
      state: z
        .enum(['excluded', 'open', 'judge-limited'])
        .describe('Whether the difference is shown to be below the limit, neither, or shown to be above.'),
    })
    .nullable()
    .describe('The bias on outputs of the candidate minus that on outputs of the baseline; null if unknown.'),
  corrected: z
    .object({
      raw: share.describe('Share of yes by the judge in this run, weighted as the items are.'),
      answers: count.describe('Judged answers that it is of.'),
      ppi: estimateSchema
        .nullable()
        .describe('The same as people would say, by PPI++; null with fewer than 10 labels on outputs of this version.'),
      roganGladen: estimateSchema.nullable().describe('The same by Rogan and Gladen; null where it cannot be given.'),
      why: z.string().nullable().describe('Why a corrected number is missing.'),
    })
    .nullable()
    .describe('The mean of a run, corrected for what the judge gets wrong; null outside of a run.'),
  isotonic: z
    .array(z.object({ judge: share.describe('Score of the judge.'), people: share.describe('Score of people.') }))
    .nullable()
    .describe('From scores of the judge to those of people, rising; null with fewer than 50 labelled outputs.'),
  notCounted: z
    .object({
      unclear: count.describe('The rubric does not say.'),
      conflicts: count.describe('As many people say yes as say no.'),
      ofModels: count.describe('Labels of models.'),
      sawJudge: count.describe('Labels of people who had seen the verdict of the judge.'),
      unknown: count.describe('Labels of cases, items or texts that are not known.'),
      notJudged: count.describe('Items of labelled outputs without a verdict of this judge.'),
      outdated: count
        .optional()
        .describe('Labels whose case or question has changed since; reports of earlier versions lack it.'),
    })
    .describe('What was left out.'),
})
export type Calibration = z.infer<typeof calibrationSchema>

/** The JSON Schema of what `sluice judge calibrate --json` prints. */
export function calibrationJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(calibrationSchema, { io: 'input' })
  return { $schema, title: 'Sluice calibration', description: 'The result of sluice judge calibrate.', ...schema }
}
