import { z } from 'zod'
import { answerTraceSchema } from '../../records/answer-trace.ts'
import { conversationTurnSchema } from '../../records/conversation-turn.ts'
import { servedSchema } from '../../records/report/night-report.ts'
import { verdictSchema } from '../../records/verdict.ts'
import { nightSchema } from './night.ts'

const share = z.number().min(0).max(1)
/** The format of the history, in every line of it. */
export const historyFormat = 'sluice.nightly/1'
const schema = z.literal(historyFormat)

const nightCaseSchema = z.strictObject({
  id: z.string(),
  /** The hash of everything that decides on a score, except the answer; see `caseHash`. */
  hash: z.string(),
  /** Scores of the answers of this night, by repeat. */
  fresh: z.array(share),
  /** Scores that this night's judge gave the answers kept from an earlier night; empty where none were kept. */
  frozen: z.array(share),
  /** The night of those kept answers. */
  frozenOf: nightSchema.nullable(),
  /** How much this night's answer resembles the kept one. */
  similarity: share.nullable(),
})

/** One night of one feature. */
export const nightRecordSchema = z.strictObject({
  schema,
  kind: z.literal('night'),
  feature: z.string(),
  night: nightSchema,
  startedAt: z.iso.datetime({ offset: true }),
  /** Version id of the prompt. */
  version: z.string(),
  model: z.string(),
  judge: z.strictObject({ id: z.string(), model: z.string() }),
  suite: z.string(),
  verdict: verdictSchema,
  exitCode: z.int(),
  reasons: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  score: z.strictObject({
    mean: share.nullable(),
    ciLow: share.nullable(),
    ciHigh: share.nullable(),
    threshold: share,
  }),
  /** USD of the calls with a known price. */
  costUsd: z.number().min(0).nullable(),
  unpricedCalls: z.int().min(0),
  served: servedSchema,
  cases: z.array(nightCaseSchema),
})

export type NightRecord = z.output<typeof nightRecordSchema>
export type NightCase = z.output<typeof nightCaseSchema>

const answerSchema = z.strictObject({
  output: z.string(),
  latencyMs: z.number().min(0).exactOptional(),
  costUsd: z.number().min(0).exactOptional(),
  trace: answerTraceSchema.exactOptional(),
  /** All turns of a conversation; the answer comes last. */
  exchanges: z.array(conversationTurnSchema).min(1).exactOptional(),
})

/** The answers of one case that are kept from the night on which it was first asked, to be judged again every night. */
export const sentinelSchema = z.strictObject({
  schema,
  kind: z.literal('sentinel'),
  feature: z.string(),
  version: z.string(),
  /** Id of the judge that gave the scores. */
  judge: z.string(),
  case: z.string(),
  hash: z.string(),
  night: nightSchema,
  /** The answers, by repeat. */
  answers: z.array(answerSchema).min(1),
  scores: z.array(share).min(1),
})

export type Sentinel = z.output<typeof sentinelSchema>
export type KeptAnswer = z.output<typeof answerSchema>
