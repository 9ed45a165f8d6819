import type { OutcomeKey } from '../../../records/outcome.ts'

/** SQL: a row is that of one of the keys that the parameters $1 and $2 hold. */
export const isOneOfPostgresKeys = '(feature, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))'

/** The values of these parameters. */
export function postgresKeys(keys: readonly OutcomeKey[]): [features: string[], ids: string[]] {
  return [keys.map(({ feature }) => feature), keys.map(({ id }) => id)]
}
