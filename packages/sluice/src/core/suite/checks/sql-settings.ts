import { z } from 'zod'
import { patternFault } from '../values/pattern.ts'

/** Dialects whose grammar is shipped. */
export const sqlDialects = [
  ...(['mysql', 'mariadb', 'postgresql', 'sqlite', 'transactsql', 'bigquery', 'snowflake'] as const),
  ...(['redshift', 'athena', 'trino', 'db2', 'hive', 'flinksql'] as const),
]

export type SqlDialect = (typeof sqlDialects)[number]

/** What counts as SQL, and what it may use. */
export interface SqlSettings {
  dialect: SqlDialect
  tables?: string[]
  columns?: string[]
}

const dialect = z.enum(sqlDialects)
/** A name, or a regular expression for all of `action::container::name`. */
const name = z
  .string()
  .min(1)
  .superRefine((entry, context) => {
    const message = entry.includes('::') ? patternFault(entry) : undefined
    if (message !== undefined) context.addIssue({ code: 'custom', message: `not a regular expression: ${message}` })
  })

/** A dialect alone, or with the tables and columns that may be used. */
export const sqlSettingsSchema = z
  .union([
    dialect,
    z.strictObject({
      dialect: dialect.meta({ description: 'Whose grammar the statement must follow.', examples: ['postgresql'] }),
      tables: z
        .array(name)
        .min(1)
        .exactOptional()
        .meta({
          description: 'The only tables that may be used: orders, shop.orders, or select::shop::orders.',
          examples: [['orders', 'shop.items']],
        }),
      columns: z
        .array(name)
        .min(1)
        .exactOptional()
        .meta({
          description: 'The only columns that may be used: id, orders.id, or select::orders::id; (.*) for *.',
          examples: [['orders.id', 'orders.total']],
        }),
    }),
  ])
  .transform((given): SqlSettings => (typeof given === 'string' ? { dialect: given } : given))
