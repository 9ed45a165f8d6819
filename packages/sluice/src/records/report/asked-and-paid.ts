import { z } from 'zod'

const count = z.int().min(0)

/**
 * What a command asked models for and paid, and how it is repeated: the same keys in every report that has them at its
 * top.
 */
export const askedAndPaid = {
  calls: count,
  fromStore: count,
  fromRecordings: count,
  /** USD of the calls with a known price; null where no call has one. */
  usd: z.number().nullable(),
  unpricedCalls: count,
  reproduce: z.string(),
  exitCode: z.int(),
}
