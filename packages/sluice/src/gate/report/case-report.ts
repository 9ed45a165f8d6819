import { z } from 'zod'

const share = z.number().min(0).max(1)

/** Why a case has a score or has none. Only `scored` and `checkFailed` carry one. */
const caseStates = [
  'scored',
  'checkFailed',
  'modelError',
  'refused',
  'truncated',
  'noText',
  'judgeError',
  'checkError',
  'abstained',
  'budgetStopped',
] as const

const checkSchema = z.object({
  name: z.string(),
  type: z.string(),
  score: share,
  reason: z.string(),
  weight: z.number().optional(),
  must: z.boolean().optional(),
})

const judgedItemSchema = z.object({
  id: z.string(),
  /** `yes`, `no` or `cannot_tell`; for a GitHub evaluator the choice. */
  verdict: z.string(),
  score: share.optional(),
  evidence: z.string(),
  reasoning: z.string(),
  /** Whether the quoted evidence occurs in the output. */
  evidenceFound: z.boolean().optional(),
  weight: z.number().optional(),
  must: z.boolean().optional(),
})

/** One case of a feature's report. What is unknown is null, never 0; what was not kept may be left out. */
export const caseReportSchema = z.object({
  id: z.string(),
  state: z.enum(caseStates),
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
  judge: z.array(judgedItemSchema),
  /** Why there is no score. */
  error: z.string().nullable(),
  /** What was asked, as a person would read it. */
  input: z.string().optional(),
  output: z.string().nullable(),
  /** What the output began with, and was taken off before it was scored. */
  reasoning: z.string().optional(),
  baselineOutput: z.string().nullable().optional(),
  baselineChecks: z.array(checkSchema).optional(),
  baselineJudge: z.array(judgedItemSchema).optional(),
  latencyMs: z.number().min(0).nullable(),
  costUsd: z.number().min(0).nullable(),
})

export type CaseReport = z.infer<typeof caseReportSchema>
