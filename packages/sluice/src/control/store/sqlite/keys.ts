import type { OutcomeKey } from '../../../records/outcome.ts'

/** SQL: a row is that of one of the keys that a parameter holds. */
export const isOneOfSqliteKeys = '(feature, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))'

/** The value of that parameter. */
export function sqliteKeys(keys: readonly OutcomeKey[]): string {
  return JSON.stringify(keys.map(({ feature, id }) => [feature, id]))
}
