import { z } from 'zod'

/** Identifies a process with a client. Processes of the same name differ, and no token can report for another one's. */
const instanceKeySchema = z.object({
  /** Decides which features it may see. */
  tokenId: z.string().nullable(),
  /** Its name. */
  instance: z.string(),
  /** Random id that each client makes at its start; empty for an older client that sends none. */
  process: z.string(),
})

export type InstanceKey = z.output<typeof instanceKeySchema>

/** A process, and what it has applied. */
export const instanceRecordSchema = instanceKeySchema.extend({
  epoch: z.string(),
  revision: z.int(),
  hash: z.string(),
  /**
   * Whether this store has sent the snapshot that it reports. False: it may serve anything. It is missing in rows of
   * older versions.
   */
  known: z.boolean().default(false),
  client: z.string().nullable(),
  stale: z.boolean().meta({ description: 'It serves only the incumbent.' }),
  /** ms since the epoch, all three. */
  firstSeenAt: z.number(),
  seenAt: z.number(),
  mayServeUntil: z
    .number()
    .meta({ description: 'From then on it serves no canary unless it reaches the control plane.' }),
})

export type InstanceRecord = z.output<typeof instanceRecordSchema>

const { shape } = instanceRecordSchema

/** What is served in an environment at present. */
export const environmentRevisionSchema = z.object({
  environment: z.string(),
  revision: z.int().meta({ description: 'Of its snapshot, as far as the token of the request may see it.' }),
})

export type EnvironmentRevision = z.output<typeof environmentRevisionSchema>

/** An instance as the API shows it. */
export const instanceViewSchema = instanceRecordSchema
  .pick({ instance: true, client: true, epoch: true, revision: true, hash: true, stale: true })
  .extend({
    revision: shape.revision.meta({
      description:
        'Of the last change that it has; -1: not reported yet. Where it serves features, too, that the token may not see: the newest present revision of those it may that it has, and 0 if it has none.',
    }),
    hash: shape.hash.meta({
      description: 'Empty where it serves features, too, that the token may not see.',
    }),
    environment: z
      .string()
      .nullable()
      .meta({ description: 'In which it is served; null where there are none, and for one that is no more.' }),
    firstSeenAt: shape.firstSeenAt,
    seenAt: shape.seenAt,
    silent: z
      .boolean()
      .meta({ description: 'No report for three heartbeats: it ended without saying so, or is cut off.' }),
    mayServeUntil: shape.mayServeUntil,
    upToDate: z.boolean().meta({
      description: 'It has the present snapshot of its token, as far as the token of the request may see it.',
    }),
  })
