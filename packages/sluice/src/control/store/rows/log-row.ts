import { type LogDraft, type LogEntry, logEntrySchema } from '../../../records/outcome.ts'
import { checked, hasFiniteNumbers, parsed } from './stored-json.ts'

/** A log entry as columns: what is searched for by itself, the rest as one JSON text. */
export interface LogRow {
  id: string
  feature: string
  rollout_id: string | null
  unit: string | null
  received_at: number
  /** Empty where a number is not finite: JSON would make null of it. */
  rest: string
}

export function logRow(entry: LogDraft): LogRow {
  const { id, feature, rolloutId, unit, receivedAt } = entry
  // What is undefined is not written; an object without the keys takes longer to make and to write.
  const rest = {
    ...entry,
    id: undefined,
    feature: undefined,
    rolloutId: undefined,
    unit: undefined,
    receivedAt: undefined,
  }
  return {
    id,
    feature,
    rollout_id: rolloutId,
    unit,
    received_at: Math.floor(receivedAt),
    rest: hasFiniteNumbers(rest) ? JSON.stringify(rest) : '',
  }
}

/**
 * Whether every database can keep it: a text that is compared holds no NUL and no half of a character, which PostgreSQL
 * refuses or alters. What is within `rest` is escaped.
 */
export function isStorable({ id, feature, rollout_id, unit, received_at, rest }: LogRow): boolean {
  const texts: unknown[] = [id, feature, rollout_id ?? '', unit ?? '']
  return texts.every(isPlainText) && Number.isSafeInteger(received_at) && rest !== ''
}

function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}

/** @throws StoreError `damaged` */
export function logEntryOf(row: Record<string, unknown>): LogEntry {
  const what = `log entry ${row.seq}`
  const entry = Object.assign(parsed(row.rest, what) as object, {
    seq: row.seq,
    id: row.id,
    feature: row.feature,
    rolloutId: row.rollout_id,
    unit: row.unit,
    receivedAt: row.received_at,
  })
  return checked(logEntrySchema, entry, what)
}
