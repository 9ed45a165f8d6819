import { z } from 'zod'
import { answerTraceSchema } from '../answer-trace.ts'
import { caseStateSchema, checkResultSchema, judgedItemSchema, versionRoleSchema } from './case-detail.ts'

const share = z.number().min(0).max(1)

/** Reports of earlier releases do not say how much a check weighs. */
const checkSchema = checkResultSchema.partial({ weight: true, must: true })

/** Nor whether the quoted evidence occurs in the output. */
const itemSchema = judgedItemSchema
  .extend({ score: share.optional().describe('Absent when the judge could not tell.') })
  .partial({ evidenceFound: true, weight: true, must: true })

const notMetSchema = z.object({
  name: z.string().describe('The id of the item, or the name of the check.'),
  outcome: z.string().describe('The verdict of the judge, or the score.'),
  reason: z.string().describe('Why.'),
})

/** One answer to a case, in one repeat. */
const answerSchema = z.object({
  version: versionRoleSchema.describe('Whose answer it is.'),
  repeat: z.int().min(1).describe('Which answer to the case it is, from 1.'),
  state: caseStateSchema.describe('What became of it.'),
  score: share.nullable().describe('Its score.'),
  output: z.string().nullable().describe('Its text.'),
  error: z.string().nullable().describe('Why there is no score.'),
  notMet: z.array(notMetSchema).describe('Rubric items and checks without the full score.'),
})

/** One case of a feature's report. What is unknown is null, never 0; what was not kept may be left out. */
export const caseReportSchema = z.object({
  id: z.string().describe('The id of the suite.'),
  state: caseStateSchema.describe('What became of it.'),
  score: share.nullable().describe('Mean over the repeats that have a score.'),
  baselineScore: share.nullable().describe('Mean over the repeats of the baseline that have a score.'),
  tags: z.array(z.string()).describe('Its tags.'),
  weight: z.number().min(0).describe('Its share in every mean.'),
  critical: z.boolean().optional().describe('It may not regress.'),
  quarantine: z
    .object({
      until: z.string().describe('Its last day.'),
      reason: z.string().describe('Why.'),
    })
    .optional()
    .describe('The case is no part of the verdict until a day. Absent for the others, and after that day.'),
  holdout: z.boolean().optional().describe('It is held out of pull requests. Absent for the others.'),
  hash: z
    .string()
    .optional()
    .describe(
      'Another one once the case was edited: of what it asks and how its answer is scored. Absent in reports of earlier releases, and where only scores are known.',
    ),
  repeats: z.int().min(0).describe('How often the candidate was asked.'),
  passed: z
    .object({
      k: z.int().min(0).describe('Repeats that passed.'),
      n: z.int().min(1).describe('Repeats that have a score.'),
    })
    .nullable()
    .describe('In how many repeats the score reached `gate.caseThreshold`; null without a scored repeat.'),
  checks: z.array(checkSchema).describe('What the checks say of the answer that is shown.'),
  judge: z.array(itemSchema).describe('What the judge says of the answer that is shown.'),
  error: z.string().nullable().describe('Why there is no score.'),
  input: z.string().optional().describe('What was asked, as a person would read it.'),
  expected: z.string().optional().describe('The reference answer of the suite.'),
  output: z.string().nullable().describe('The answer that is shown.'),
  reasoning: z.string().optional().describe('What the output began with, and was taken off before it was scored.'),
  trace: answerTraceSchema
    .optional()
    .describe('What was done on the way to the answer that is shown, as far as it was reported.'),
  baselineOutput: z.string().nullable().optional().describe('The answer of the baseline beside it.'),
  baselineTrace: answerTraceSchema.optional().describe('What the baseline did on the way to its answer.'),
  baselineChecks: z.array(checkSchema).optional().describe('What the checks say of the answer of the baseline.'),
  baselineJudge: z.array(itemSchema).optional().describe('What the judge says of the answer of the baseline.'),
  answers: z
    .array(answerSchema)
    .optional()
    .describe('Every answer of both versions, where there was more than one and not all had the full score.'),
  latencyMs: z.number().min(0).nullable().describe('How long the answer took, in milliseconds.'),
  costUsd: z.number().min(0).nullable().describe('What it cost with its judgement, in USD.'),
})

export type CaseReport = z.infer<typeof caseReportSchema>
