import { type InstanceRecord, instanceRecordSchema } from '../../../records/instance.ts'
import { checked, parsed } from './stored-json.ts'

/** An instance as a row: its key and its times have columns, the rest is one JSON text. */
export interface InstanceRow {
  token_id: string
  instance: string
  process: string
  first_seen_at: number
  seen_at: number
  may_serve_until: number
  rest: string
}

export function instanceRow(record: InstanceRecord): InstanceRow {
  const { tokenId, instance, process, firstSeenAt, seenAt, mayServeUntil, ...rest } = record
  return {
    token_id: tokenId ?? '',
    instance,
    process,
    first_seen_at: firstSeenAt,
    seen_at: seenAt,
    may_serve_until: mayServeUntil,
    rest: JSON.stringify(rest),
  }
}

/** @throws StoreError `damaged` */
export function instanceOf(row: Record<string, unknown>): InstanceRecord {
  const what = `instance ${row.instance}`
  const record = {
    ...(parsed(row.rest, what) as object),
    tokenId: row.token_id === '' ? null : row.token_id,
    instance: row.instance,
    process: row.process,
    firstSeenAt: row.first_seen_at,
    seenAt: row.seen_at,
    mayServeUntil: row.may_serve_until,
  }
  return checked(instanceRecordSchema, record, what)
}
