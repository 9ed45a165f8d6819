import type { OutcomeKey } from '../../../records/outcome.ts'

/** SQL: the row has one of the keys in the parameter. */
export const isOneOfSqliteKeys = '(feature, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))'

/** The value of this parameter. */
export function sqliteKeys(keys: readonly OutcomeKey[]): string {
  return JSON.stringify(keys.map(({ feature, id }) => [feature, id]))
}
