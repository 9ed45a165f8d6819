import { z } from 'zod'
import { answerTraceSchema } from './answer-trace.ts'

/** What the user said in a conversation and what was answered, with what the answer took. */
export const conversationTurnSchema = z.strictObject({
  user: z.string().describe('What the user said; a placeholder for each file.'),
  output: z.string().describe('The answer, as it was scored.'),
  latencyMs: z.number().min(0).exactOptional(),
  costUsd: z.number().min(0).exactOptional(),
  trace: answerTraceSchema.exactOptional(),
})
export type ConversationTurn = z.infer<typeof conversationTurnSchema>
