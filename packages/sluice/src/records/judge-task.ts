import { z } from 'zod'
import { armSchema } from './names.ts'

/**
 * A request that waits to be judged: at most one task each. Input and output lie in the content store under the same
 * key.
 */
export const judgeTaskSchema = z.object({
  id: z.string(),
  feature: z.string(),
  version: z.string(),
  rolloutId: z.string().nullable(),
  arm: armSchema.nullable(),
  /** Higher first: users who have not contributed yet. */
  priority: z.number(),
  /** Probability with which a request of this arm was chosen to be judged, in (0,1]. */
  sampled: z.number(),
  /** The probability in the other arm. */
  sampledOther: z.number(),
  attempts: z.int(),
  /** ms since the epoch; not before then. */
  notBefore: z.number(),
  enqueuedAt: z.number(),
})

export type JudgeTask = z.output<typeof judgeTaskSchema>
