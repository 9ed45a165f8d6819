import { z } from 'zod'
import type { InstanceRecord } from '../instance-store.ts'
import { checked, parsed } from './stored-json.ts'

/** An instance as columns: the times by themselves, the rest as one JSON text. */
export interface InstanceRow {
  instance: string
  first_seen_at: number
  seen_at: number
  rest: string
}

export function instanceRow({ instance, firstSeenAt, seenAt, ...rest }: InstanceRecord): InstanceRow {
  return { instance, first_seen_at: firstSeenAt, seen_at: seenAt, rest: JSON.stringify(rest) }
}

const instanceRecord: z.ZodType<InstanceRecord> = z.object({
  instance: z.string(),
  epoch: z.string(),
  revision: z.int(),
  hash: z.string(),
  client: z.string().nullable(),
  stale: z.boolean(),
  tokenId: z.string().nullable(),
  firstSeenAt: z.number(),
  seenAt: z.number(),
})

/** @throws StoreError `damaged` */
export function instanceOf(row: Record<string, unknown>): InstanceRecord {
  const what = `instance ${row.instance}`
  const record = {
    ...(parsed(row.rest, what) as object),
    instance: row.instance,
    firstSeenAt: row.first_seen_at,
    seenAt: row.seen_at,
  }
  return checked(instanceRecord, record, what)
}
