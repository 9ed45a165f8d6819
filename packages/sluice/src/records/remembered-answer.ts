import { z } from 'zod'

/** What was answered to a write with an `Idempotency-Key`. Kept for at least 24 hours. */
export const rememberedAnswerSchema = z.object({
  /** Token id and key. */
  key: z.string(),
  /** Hash of method, path and body: the same key for something else is an error. */
  requestHash: z.string(),
  status: z.int(),
  body: z.unknown(),
  /** ms since the epoch. */
  at: z.number(),
})

export type RememberedAnswer = z.output<typeof rememberedAnswerSchema>
