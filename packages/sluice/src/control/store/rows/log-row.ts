import { type LogDraft, type LogEntry, logEntrySchema } from '../../../records/outcome.ts'
import { checked, hasFiniteNumbers, parsed } from './stored-json.ts'

/** A log entry as a row: searched fields have columns, the rest is one JSON text. */
export interface LogRow {
  id: string
  feature: string
  rollout_id: string | null
  unit: string | null
  received_at: number
  /** Empty if a number is not finite, since JSON would write null for it. */
  rest: string
}

export function logRow(entry: LogDraft): LogRow {
  const { id, feature, rolloutId, unit, receivedAt } = entry
  // Undefined fields are not written. Leaving the keys out here would take longer.
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
 * Whether every database can store the row. Texts in columns must not have NUL or a lone surrogate, which PostgreSQL
 * refuses or changes. Texts in `rest` are escaped.
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
