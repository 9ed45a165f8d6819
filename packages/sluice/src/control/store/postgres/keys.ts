import type { OutcomeKey } from '../../../records/outcome.ts'

/** SQL: the row has one of the keys in the parameters $1 and $2. */
export const isOneOfPostgresKeys = '(feature, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))'

/** The values of the parameters $1 and $2. */
export function postgresKeys(keys: readonly OutcomeKey[]): [features: string[], ids: string[]] {
  return [keys.map(({ feature }) => feature), keys.map(({ id }) => id)]
}
