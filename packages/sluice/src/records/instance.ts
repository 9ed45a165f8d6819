import { z } from 'zod'

/** Which process with a client in it: two of one name are two, and nobody speaks in the name of another token's. */
const instanceKeySchema = z.object({
  /** Tells the features that it may see. */
  tokenId: z.string().nullable(),
  /** As it calls itself. */
  instance: z.string(),
  /** Random, made by each client at its start; empty where an older client tells none. */
  process: z.string(),
})

export type InstanceKey = z.output<typeof instanceKeySchema>

/** A process, and what it has applied. */
export const instanceRecordSchema = instanceKeySchema.extend({
  epoch: z.string(),
  revision: z.int(),
  hash: z.string(),
  /**
   * What it says that it has is what this store has given out. False: it may serve anything. Rows of before this was
   * kept say nothing of it.
   */
  known: z.boolean().default(false),
  client: z.string().nullable(),
  stale: z.boolean().meta({ description: 'It sends everybody to the incumbent.' }),
  /** ms since the epoch, all three. */
  firstSeenAt: z.number(),
  seenAt: z.number(),
  mayServeUntil: z
    .number()
    .meta({ description: 'From then on it serves no canary unless it hears of the control plane.' }),
})

export type InstanceRecord = z.output<typeof instanceRecordSchema>

const { shape } = instanceRecordSchema

/** An instance as an operator is told of it. */
export const instanceViewSchema = instanceRecordSchema
  .pick({ instance: true, client: true, epoch: true, revision: true, hash: true, stale: true })
  .extend({
    firstSeenAt: shape.firstSeenAt,
    seenAt: shape.seenAt,
    silent: z
      .boolean()
      .meta({ description: 'Not heard of for three heartbeats: ended without a goodbye, or cut off.' }),
    mayServeUntil: shape.mayServeUntil,
    upToDate: z.boolean().meta({ description: 'It has what its token is to see.' }),
  })
