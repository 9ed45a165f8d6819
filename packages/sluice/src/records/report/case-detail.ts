import { z } from 'zod'
import { answerTraceSchema } from '../answer-trace.ts'
import { conversationTurnSchema } from '../conversation-turn.ts'
import { judgedClaimsSchema } from './judged-claims.ts'
import { measuredSchema } from './measured.ts'

const share = z.number().min(0).max(1)

/** Which of the two versions under comparison a score belongs to. */
export const versionRoleSchema = z.enum(['candidate', 'baseline'])
export type VersionRole = z.infer<typeof versionRoleSchema>

/** What became of one case in one repeat. Only `scored` and `checkFailed` carry a score. */
export const caseStateSchema = z.enum([
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
  'mockMissing',
  'simulatorError',
])
export type CaseState = z.infer<typeof caseStateSchema>

/** What a check says about one output. A `must` check has failed when its score is below 1. */
export const checkResultSchema = z.object({
  name: z.string().describe('Its name, by default the check as it is written.'),
  type: z.string().describe('As in the prompt file; `expect`: whether a case came to the end that it expects.'),
  score: share.describe('From 0 to 1.'),
  reason: z.string().describe('Why, in a few words.'),
  weight: z.number().describe('Its share in the score of the case.'),
  must: z.boolean().describe('A failure sets the case to 0.'),
  measured: measuredSchema
    .exactOptional()
    .describe('What `label`, `fields` and `retrieval` found, from which the metrics of the run are made.'),
})
export type CheckResult = z.infer<typeof checkResultSchema>

const memberVerdictSchema = z.object({
  model: z.string().describe('`provider:model`.'),
  verdict: z.string().nullable().describe('Null where the member gave no answer.'),
})

/** One question that the judge has answered: a rubric item, or a choice of a GitHub `llm` evaluator. */
export const judgedItemSchema = z.object({
  id: z.string().describe("The rubric item's id, or the evaluator's name."),
  ask: z.string().exactOptional().describe("The question, where it is the case's own."),
  verdict: z.string().describe('`yes`, `no` or `cannot_tell`; for an evaluator the choice, word for word.'),
  score: share.exactOptional().describe('Absent when the judge could not tell.'),
  evidence: z.string().describe('What the judge says it saw, quoted from the output; may be empty.'),
  reasoning: z.string().describe('Why, in the words of the judge.'),
  evidenceFound: z
    .boolean()
    .describe('False when the quote does not occur in the output, or a `yes` quotes nothing. Reported, never scored.'),
  weight: z.number().describe('Its share in the score of the case.'),
  must: z.boolean().describe('A no sets the case to 0.'),
  members: z
    .array(memberVerdictSchema)
    .exactOptional()
    .describe('What each member of a panel said; absent where one model judges.'),
  claims: judgedClaimsSchema
    .exactOptional()
    .describe('The claims of the output, where the item holds them against sources. Its score is the share supported.'),
})
export type JudgedItem = z.infer<typeof judgedItemSchema>

/** Whether an item that must hold does not: a no, and a claim that is not supported. */
export function isFailedMust({ must, score }: Pick<JudgedItem, 'must' | 'score'>): boolean {
  return must && score !== undefined && score < 1
}

/** Whether the members of a panel that answered an item disagree on it: it is uncertain, and worth a human label. */
export function isSplit({ members = [] }: Pick<JudgedItem, 'members'>): boolean {
  return new Set(members.flatMap(({ verdict }) => verdict ?? [])).size > 1
}

/**
 * Why an answer went on from the first judge of a cascade to the second: by a rule, or because the first one failed.
 */
export const reasonToGoOnSchema = z.enum(['near-flip', 'cannot_tell', 'must-no', 'failed'])
export type ReasonToGoOn = z.infer<typeof reasonToGoOnSchema>

/** How the judges of a cascade came to their judgement of one answer. */
const cascadeTraceSchema = z.object({
  /** Null where the first judge was sure, so that its verdicts count. */
  wentOn: reasonToGoOnSchema.nullable(),
  /** Whether the answer was drawn for the audit, in which both judge it whatever the first one says. */
  drawn: z.boolean(),
  /** The items on which the two differ; null where not both of them have judged. */
  differing: z.array(z.string()).nullable(),
  /**
   * What the first one was paid, all its votes together, and the second; null where unknown, of the second 0 unasked.
   */
  firstUsd: z.number().nullable(),
  secondUsd: z.number().nullable(),
})
export type CascadeTrace = z.infer<typeof cascadeTraceSchema>

/** Everything about one case in one repeat that a report shows; kept on disk, not in memory. */
export const caseDetailSchema = z.object({
  state: caseStateSchema,
  /** Absent unless scored or checkFailed. */
  score: share.exactOptional(),
  /** The last message that was sent, with the case's variables in it. */
  input: z.string().exactOptional(),
  /** How many images and PDFs were sent. The judge is shown a placeholder of each. */
  files: z.int().min(1).exactOptional(),
  /** The reference answer of the case. */
  expected: z.string().exactOptional(),
  output: z.string().exactOptional(),
  /** What the output began with before it was scored without it. */
  reasoning: z.string().exactOptional(),
  /**
   * Set where a secret was taken out of the output, the trace or the conversation, which is no longer what was scored.
   */
  outputMasked: z.literal(true).exactOptional(),
  /** What was done on the way to the output. */
  trace: answerTraceSchema.exactOptional(),
  /** All that was said and answered in a conversation, the output last. With it the case can be scored again. */
  exchanges: z.array(conversationTurnSchema).exactOptional(),
  checks: z.array(checkResultSchema),
  judge: z.array(judgedItemSchema),
  cascade: cascadeTraceSchema.exactOptional(),
  /** Why there is no score. */
  error: z.string().exactOptional(),
  /** The model cannot be asked at all, so that no other case of the feature will be. */
  unaskable: z.literal(true).exactOptional(),
  /** There are recordings of the case, but of another question. */
  stale: z.literal(true).exactOptional(),
  /** What became of an answer that never came, and what a reader can do. */
  lost: z.object({ cause: z.string(), wayOut: z.string() }).exactOptional(),
  latencyMs: z.number().exactOptional(),
  /** What the answers cost when they were paid for, also if that was in an earlier run; absent when unpriced. */
  costUsd: z.number().exactOptional(),
  /** What the answer alone cost, without the judge; absent when unpriced. */
  answerUsd: z.number().exactOptional(),
})
export type CaseDetail = z.infer<typeof caseDetailSchema>
