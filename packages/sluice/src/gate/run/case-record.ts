import { z } from 'zod'
import type { LostAnswer } from '../../core/providers/lost-answer.ts'
import type { CheckResult } from '../../core/scorers/check.ts'
import type { JudgedItem } from '../../core/scorers/judge.ts'

/** Which of the two versions under comparison a score belongs to. */
export type Arm = 'candidate' | 'baseline'

const caseStates = [
  'scored',
  'checkFailed',
  'checkError',
  'modelError',
  'refused',
  'truncated',
  'noText',
  'judgeError',
  'abstained',
  'budgetStopped',
] as const

/** What became of one case in one repeat. Only `scored` and `checkFailed` carry a score. */
export type CaseState = (typeof caseStates)[number]

/** Everything about one case in one repeat that a report shows; kept on disk, not in memory. */
export interface CaseDetail {
  state: CaseState
  /** In [0,1]; absent unless scored or checkFailed. */
  score?: number
  /** The last message that was sent, with the case's variables in it. */
  input?: string
  output?: string
  /** What the output began with before it was scored without it. */
  reasoning?: string
  /** Set where a secret was taken out of the output, which is no longer what was scored. */
  outputMasked?: true
  checks: CheckResult[]
  judge: JudgedItem[]
  /** Why there is no score. */
  error?: string
  /** The model cannot be asked at all, so that no other case of the feature will be. */
  unaskable?: true
  /** Of an answer that never came: what became of it, and what a reader can do. */
  lost?: Pick<LostAnswer, 'cause' | 'wayOut'>
  latencyMs?: number
  /** What the answers cost when they were paid for, also if that was in an earlier run; absent when unpriced. */
  costUsd?: number
  /** What the answer alone cost, without the judge; absent when unpriced. */
  answerUsd?: number
}

const share = z.number().min(0).max(1)

export const armSchema = z.enum(['candidate', 'baseline'])

const checkResultSchema = z.object({
  name: z.string(),
  type: z.custom<CheckResult['type']>((type) => typeof type === 'string'),
  score: share,
  weight: z.number(),
  must: z.boolean(),
  reason: z.string(),
})

const judgedItemSchema = z.object({
  id: z.string(),
  verdict: z.string(),
  score: share.exactOptional(),
  evidence: z.string(),
  reasoning: z.string(),
  evidenceFound: z.boolean(),
  must: z.boolean(),
  weight: z.number(),
})

/** What a stored detail must hold, so that a report can be made of it. */
export const caseDetailSchema: z.ZodType<CaseDetail> = z.object({
  state: z.enum(caseStates),
  score: share.exactOptional(),
  input: z.string().exactOptional(),
  output: z.string().exactOptional(),
  reasoning: z.string().exactOptional(),
  outputMasked: z.literal(true).exactOptional(),
  checks: z.array(checkResultSchema),
  judge: z.array(judgedItemSchema),
  error: z.string().exactOptional(),
  unaskable: z.literal(true).exactOptional(),
  lost: z.object({ cause: z.string(), wayOut: z.string() }).exactOptional(),
  latencyMs: z.number().exactOptional(),
  costUsd: z.number().exactOptional(),
  answerUsd: z.number().exactOptional(),
})
