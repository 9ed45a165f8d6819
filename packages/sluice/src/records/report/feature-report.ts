import { z } from 'zod'
import { strengthSchema, verdictSchema } from '../verdict.ts'
import { calibrationSchema } from './calibration.ts'
import { reasonToGoOnSchema, versionRoleSchema } from './case-detail.ts'
import { caseReportSchema } from './case-report.ts'
import { confusionSchema, metricSchema } from './feature-metrics.ts'
import {
  comparisonSchema,
  coverageSchema,
  holdoutSchema,
  repeatsSchema,
  scorerSchema,
  scoreSummarySchema,
  tagSchema,
  testRoundSchema,
  thresholdSchema,
} from './feature-statistics.ts'
import { liftReportSchema } from './lift-report.ts'
import { nightReportSchema } from './night-report.ts'
import { safetyBoundSchema } from './safety-bound.ts'

const count = z.int().min(0)
const known = z.number().nullable()

const versionSchema = z.object({
  id: z.string().describe('The version id, or the file of scores that were brought along.'),
  label: z.string().nullable().describe('The label of the prompt file.'),
  model: z.string().nullable().describe('`provider:model`.'),
  code: z
    .string()
    .nullable()
    .optional()
    .describe(
      'The first 12 hex digits of a hash over the files of the application; null for a bare prompt, and for one whose files cannot be seen.',
    ),
})

const messageSchema = z.object({
  role: z.string().describe('Who speaks.'),
  content: z.string().describe("The text, before a case's variables are filled in."),
})

/** What a version asks of the model, before a case's variables are filled in. */
const askedSchema = z.object({
  model: z.string().nullable().describe('`provider:model`.'),
  parameters: z.record(z.string(), z.unknown()).describe('Parameters of the request.'),
  messages: z.array(messageSchema).describe('The conversation that is sent.'),
})

const reasonSchema = z.object({
  code: z
    .string()
    .describe(
      'For machines, e.g. `regression`, `below-threshold`, `tag-regression`, `critical-case`, `coverage`, `baseline`.',
    ),
  message: z.string().describe('For people: one sentence.'),
  tag: z.string().nullable().describe('The tag that it is about.'),
  case: z.string().nullable().describe('The id of the case that it is about.'),
})

/** A fault that left cases without a score. */
const causeSchema = z.object({
  message: z.string().describe('One sentence for all of its cases.'),
  version: versionRoleSchema.describe('Whose answers it took.'),
  cases: count.describe('How many cases it left without a score.'),
  ids: z.array(z.string()).describe('The first of their ids.'),
  stale: z
    .literal(true)
    .optional()
    .describe('Their recordings are of an earlier prompt, case or rubric: asking again would not help.'),
})

const nextStepSchema = z.object({
  kind: z.enum(['again', 'repeats', 'cases', 'margin']).describe('What kind of step it is.'),
  what: z.string().describe('For people: what to do.'),
  usd: known.describe('What it is expected to cost; null where that is not known.'),
  command: z.string().nullable().describe('The command that does it.'),
})

const panelSchema = z.object({
  members: z
    .array(
      z.object({
        model: z.string().describe('`provider:model`.'),
        failed: count.describe('Answers that the others decided without its verdict.'),
      }),
    )
    .describe('Each with one vote.'),
  answers: count.describe('Answers of both versions that the panel judged.'),
  split: count.describe('Those of them with an item on which its members disagree.'),
  items: z
    .array(
      z.object({
        id: z.string().describe('The item.'),
        judged: count.describe('How often it was judged.'),
        split: count.describe('How often the members disagreed on it.'),
      }),
    )
    .describe('The same item by item.'),
})

const cascadeSchema = z.object({
  answers: count.describe('Answers of both versions that the cascade judged.'),
  wentOn: count.describe('Those of them that the second judge decided.'),
  reasons: z
    .array(
      z.object({
        code: reasonToGoOnSchema.describe('The rule of `judge.cascade.when`, or that the first judge failed.'),
        answers: count.describe('How many went on by it.'),
      }),
    )
    .describe('Why they went on.'),
  overruled: count.describe('Those that went on on which the second judge gave another verdict than the first.'),
  usd: known.describe('What both judges cost, whenever it was paid for, the audit included.'),
  secondAloneUsd: known.describe(
    'What the second judge alone would have cost, estimated from the answers that both judged; null where unknown.',
  ),
  audit: z
    .object({
      drawn: count.describe('Answers of which the first judge was sure and that were drawn for both.'),
      cases: count.describe('Cases with such an answer that both have judged; one answer of each counts.'),
      differing: count.describe('Those of them on which the second judge gave another verdict.'),
      ciLow: known.describe('The exact interval of that share; null without an audited case.'),
      ciHigh: known.describe('The same, its upper end.'),
    })
    .describe('How often the first judge errs where it is sure.'),
})

const judgeSchema = z.object({
  id: z.string().describe('Identifies the judge with its model, instructions and form of answers.'),
  model: z.string().describe('`provider:model`; of several models the words that name all of them.'),
  mode: z
    .enum(['json_schema', 'json_object', 'text'])
    .optional()
    .describe(
      'How its server was held to the form of an answer; part of the id. Absent in reports of earlier releases.',
    ),
  calls: count.describe('How often it was asked, or its answer was read from the store.'),
  flipRate: known.describe(
    'Share of its answers that differ between two judgements of the same text; null where none was judged twice.',
  ),
  askedAgain: count
    .optional()
    .describe(
      'Answers that it gave once more of the same text, of which `flipRate` is a share. Absent in older reports.',
    ),
  panel: panelSchema.optional().describe('Where the members of a panel disagree. Absent without a panel.'),
  cascade: cascadeSchema.optional().describe('What a cascade saves and where it errs. Absent without a cascade.'),
  calibration: calibrationSchema
    .nullable()
    // One that cannot be read vouches for nothing, and the rest of the report still counts.
    .catch(null)
    .describe('What human labels say of this very judge, computed in this run; null if nobody labelled.'),
})

const costSchema = z.object({
  usd: known.describe('Of the calls with a known price; null if no call has one.'),
  generationUsd: known.describe('The part of it for answers.'),
  judgeUsd: known.describe('The part of it for the judge.'),
  unpricedCalls: count.describe('Calls without a known price.'),
  usdPerAnswer: known
    .optional()
    .describe('What one answer with its judgement costs on average, whenever it was paid for.'),
  inputTokens: count.nullable().describe('Tokens that were sent.'),
  outputTokens: count.nullable().describe('Tokens that were answered.'),
})

const originSchema = z.object({
  stage: z.enum(['generation', 'judge', 'embedding']).describe('What was asked for.'),
  provider: z.string().describe('The name of the provider.'),
  answers: count.describe('How many answers it gave.'),
  recorded: count.describe('How many of them are out of recordings.'),
})

/** A feature's report without its cases, which may be too many for memory. */
export const featureSummarySchema = z.object({
  feature: z.string().describe('Its name.'),
  verdict: verdictSchema.nullable().describe('Null where nothing was to be decided (`eval`).'),
  strength: strengthSchema.nullable().describe('How sure a pass is; null without a decision.'),
  candidate: versionSchema.describe('The version that was judged.'),
  baseline: versionSchema.nullable().describe('The version that it is compared with; null without one.'),
  asked: z
    .object({
      candidate: askedSchema.describe('What the candidate asks.'),
      baseline: askedSchema.nullable().describe('What the baseline asks; null without one.'),
    })
    .optional()
    .describe('What both versions ask of the model. Absent where no prompt is known.'),
  reasons: z.array(reasonSchema).describe('Why the verdict is as it is, most important first.'),
  causes: z
    .array(causeSchema)
    .optional()
    .describe('Why answers have no score, the most frequent cause first. Absent where all have one.'),
  decidingCase: z
    .string()
    .nullable()
    .optional()
    .describe('The case with the largest part in the first reason; null where no case has one.'),
  notes: z.array(z.string()).describe('What a reader must know to trust the numbers, e.g. that there was no baseline.'),
  advice: z.string().nullable().describe('Whether more cases or more repeats would help.'),
  nextSteps: z
    .array(nextStepSchema)
    .optional()
    .describe('Of an inconclusive verdict: what would decide it, the cheapest first.'),
  confidence: z.number().min(0).max(1).describe('Of every interval in this report.'),
  score: scoreSummarySchema.describe('The scores of the candidate.'),
  coverage: coverageSchema.describe('What became of the cases.'),
  comparison: comparisonSchema.nullable().describe('The candidate against its baseline; null without one.'),
  threshold: thresholdSchema
    .nullable()
    .describe('The candidate against the absolute floor; null where none was asked for.'),
  looks: z.array(testRoundSchema).describe('Steps of the test of the difference; without a baseline of the threshold.'),
  thresholdLooks: z
    .array(testRoundSchema)
    .optional()
    .describe(
      'Steps of the test of the threshold, beside those of a difference; `meanDifference` is the distance from the threshold.',
    ),
  repeats: repeatsSchema.nullable().describe('How steady the answers are; null unless cases were repeated.'),
  tags: z.array(tagSchema).describe('The slices of the suite.'),
  holdout: holdoutSchema
    .optional()
    .describe('The held out cases against the others. Absent where no case is held out.'),
  safety: z
    .array(safetyBoundSchema)
    .optional()
    .describe(
      'How often cases about safety were violated. Absent where no case has the tag `red-team` and nothing is bounded.',
    ),
  scorers: z
    .array(scorerSchema)
    .optional()
    .describe('Each question and check; those of the prompt first. Absent where single scores are not known.'),
  metrics: z
    .array(metricSchema)
    .optional()
    .describe('What `label`, `fields` and `retrieval` checks came to. Absent where there are none.'),
  confusion: z.array(confusionSchema).optional().describe('One for each `label` check. Absent where there is none.'),
  lift: liftReportSchema
    .optional()
    .describe('What the files of `target.workspace.without` add, and where they harm. Absent where none are named.'),
  judge: judgeSchema.nullable().describe('Null without a rubric.'),
  cost: costSchema.describe('What the calls of this run cost.'),
  latency: z
    .object({
      meanMs: known.describe('Mean.'),
      p50Ms: known.describe('Median.'),
      p95Ms: known.describe('95th percentile.'),
    })
    .describe('How long answers of the candidate took, in milliseconds.'),
  cache: z
    .object({
      hits: count.describe('Answers from the store.'),
      misses: count.describe('Answers of a call.'),
      recorded: count.optional().describe('Answers out of recordings.'),
    })
    .describe('Questions to models by where their answer came from.'),
  origins: z.array(originSchema).optional().describe('Where answers came from, by purpose and provider.'),
  nightly: nightReportSchema.optional().describe('What a nightly adds.'),
})

export const featureReportSchema = featureSummarySchema.extend({
  cases: z.array(caseReportSchema).describe('Every case, in the order of the suite.'),
})

export type FeatureSummary = z.infer<typeof featureSummarySchema>
export type MissingScoreCause = z.infer<typeof causeSchema>
export type FeatureReport = z.infer<typeof featureReportSchema>
