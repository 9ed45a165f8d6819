import { z } from 'zod'
import { caseStateSchema, checkResultSchema, comparedArmSchema, judgedItemSchema } from './case-detail.ts'

const share = z.number().min(0).max(1)

/** Reports of earlier releases do not say how much a check weighs. */
const checkSchema = checkResultSchema.partial({ weight: true, must: true })

/** Nor whether the quoted evidence occurs in the output. */
const itemSchema = judgedItemSchema
  .extend({ score: share.optional() })
  .partial({ evidenceFound: true, weight: true, must: true })

/** One answer to a case, in one repeat. */
const answerSchema = z.object({
  version: comparedArmSchema,
  repeat: z.int().min(1),
  state: caseStateSchema,
  score: share.nullable(),
  output: z.string().nullable(),
  error: z.string().nullable(),
  /** Rubric items and checks without the full score, and why. */
  notMet: z.array(z.object({ name: z.string(), outcome: z.string(), reason: z.string() })),
})

/** One case of a feature's report. What is unknown is null, never 0; what was not kept may be left out. */
export const caseReportSchema = z.object({
  id: z.string(),
  state: caseStateSchema,
  /** Mean over the repeats that have a score. */
  score: share.nullable(),
  baselineScore: share.nullable(),
  tags: z.array(z.string()),
  weight: z.number().min(0),
  critical: z.boolean().optional(),
  /** How often the candidate was asked. */
  repeats: z.int().min(0),
  /** In how many of `n` scored repeats the score reached `gate.caseThreshold`; null without a scored repeat. */
  passed: z.object({ k: z.int().min(0), n: z.int().min(1) }).nullable(),
  /** Of the repeat that is shown. */
  checks: z.array(checkSchema),
  judge: z.array(itemSchema),
  /** Why there is no score. */
  error: z.string().nullable(),
  /** What was asked, as a person would read it. */
  input: z.string().optional(),
  /** The reference answer of the suite. */
  expected: z.string().optional(),
  output: z.string().nullable(),
  /** What the output began with, and was taken off before it was scored. */
  reasoning: z.string().optional(),
  baselineOutput: z.string().nullable().optional(),
  baselineChecks: z.array(checkSchema).optional(),
  baselineJudge: z.array(itemSchema).optional(),
  /** Every answer of both versions, where there was more than one and not all had the full score. */
  answers: z.array(answerSchema).optional(),
  latencyMs: z.number().min(0).nullable(),
  costUsd: z.number().min(0).nullable(),
})

export type CaseReport = z.infer<typeof caseReportSchema>
