import { z } from 'zod'

const known = z.number().nullable()
const count = z.int().min(0)

const remedies = ['repeats', 'judge-votes', 'rewrite-item', 'label'] as const
export type FlakeRemedy = (typeof remedies)[number]

const flakyCaseSchema = z.object({
  case: z.string().describe('Its id.'),
  answers: count.describe('Answers of the candidate that have a score.'),
  passes: count.describe('Those of them that reach `gate.caseThreshold`.'),
  mean: z.number().describe('Their mean score.'),
  variance: z.number().describe('Their variance.'),
  k: count.describe('Answers that pass^k is about.'),
  passK: known.describe('Chance that k answers all pass, estimated without bias; null with fewer than k answers.'),
  passKLow: z.number().describe('Lower end of its exact interval.'),
  passKHigh: z.number().describe('Upper end of it.'),
  remedy: z
    .enum(remedies)
    .describe(
      'The cheapest thing that helps: more answers, several judgements of one answer, another wording of a question, or a label by a person.',
    ),
  because: z.string().describe('Why it is that one.'),
})
export type FlakyCase = z.infer<typeof flakyCaseSchema>

const noiseSchema = z.object({
  source: z.enum(['measured', 'assumed']).describe('Where the variances come from.'),
  runId: z.string().nullable().describe('The run that was measured; null where it is assumed.'),
  startedAt: z.string().nullable().describe('When that was.'),
  version: z.string().nullable().describe('The version whose answers were measured.'),
  judge: z.string().nullable().describe('The id of the judge that scored them; null without one.'),
  cases: count.describe('Cases that were measured, or are assumed.'),
  answers: count.describe('Answers that were measured, of both versions.'),
  case: known.describe('Variance of the score between cases.'),
  system: known.describe('Variance between answers to one case.'),
  judgeVotes: known.describe('Variance between judgements of one text; null where no text was judged twice.'),
  within: known.describe('Variance between single scores of one case: system and judge together.'),
  textsJudgedTwice: count.describe('Texts that were judged more than once, in the run or for labels.'),
  judgeFrom: z
    .enum(['repeats', 'panel'])
    .nullable()
    .optional()
    .describe('What `judgeVotes` is known by: texts judged twice, or the votes of a panel, which give an upper bound.'),
  sdLow: known.describe('Lower end of the 90 % interval of the standard deviation within cases.'),
  sdHigh: known.describe('Upper end of it.'),
})

const reachSchema = z.object({
  cases: count.describe('Cases of the suite.'),
  repeats: count.describe('The most answers per case and version: what `gate.repeats` ends with.'),
  drop: known.describe(
    'The smallest drop that fails with 80 % probability, if every answer is worse alike. Where no score varies it is the margin itself, and the gate fails what lies above it.',
  ),
  dropInFewAnswers: known.describe('The same, if some answers lose all of their score and the others nothing.'),
  smallestMargin: known.describe('The smallest margin that an unchanged version meets with 80 % probability.'),
  answers: count.describe('Answers of both versions, if the run goes to its last round.'),
  usd: known.describe('What they cost, judgements included; null where no price was measured.'),
  minutes: known.describe('How long they take; null where no latency was measured.'),
})
export type PlannedReach = z.infer<typeof reachSchema>

const tagReachSchema = reachSchema.omit({ usd: true, minutes: true, answers: true }).extend({
  tag: z.string().describe('The tag.'),
  margin: z.number().describe('`gate.tagMargin`.'),
})

const wantedPlanSchema = reachSchema.extend({
  margin: z.number().describe('The margin that this plan needs.'),
  newCases: count.describe('Cases that are to be written.'),
})
export type WantedPlan = z.infer<typeof wantedPlanSchema>

const featurePlanSchema = z.object({
  feature: z.string().nullable().describe('Its name; null where no project was asked.'),
  suite: z.string().nullable().describe('The suite.'),
  message: z.string().nullable().describe('Why there is no plan; null where there is one.'),
  margin: z.number().describe('`gate.margin`.'),
  estimand: z.enum(['golden-set', 'population']).describe('`gate.estimand`.'),
  noise: noiseSchema.nullable().describe('What the plan rests on; null where nothing is known.'),
  now: reachSchema.nullable().describe('The suite and the settings as they are.'),
  table: z.array(reachSchema).describe('More cases, and other repeats.'),
  tags: z.array(tagReachSchema).describe('The same for each tag that is tested, with the suite as it is.'),
  wanted: known.describe('The drop that was asked for; null without one.'),
  plans: z
    .array(wantedPlanSchema)
    .describe('What reaches it, the cheapest first; it holds for drops in few answers too.'),
  remedy: z.string().nullable().describe('What lowers the noise most cheaply; null where that is not known.'),
  flaky: z.array(flakyCaseSchema).describe('Cases whose answers differ in score, the least steady first.'),
  notes: z.array(z.string()).describe('What a reader must know to trust the numbers.'),
})
export type FeaturePlan = z.infer<typeof featurePlanSchema>

/** The result of `sluice plan gate`. */
export const gatePlanSchema = z.object({
  schema: z.literal('sluice.gate-plan/1').describe('The version of this format.'),
  power: z.number().describe('The probability with which a drop is found.'),
  features: z.array(featurePlanSchema).describe('One plan for each feature.'),
})
export type GatePowerPlan = z.infer<typeof gatePlanSchema>

/** The JSON Schema of the plan. */
export function gatePlanJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(gatePlanSchema, { io: 'input' })
  return { $schema, title: 'Sluice gate plan', description: 'The result of sluice plan gate.', ...schema }
}
