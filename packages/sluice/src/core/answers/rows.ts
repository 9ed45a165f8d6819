import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { jsonIn } from '../../json.ts'
import type { ProjectDatabase } from './project-database.ts'

/** A column that holds something as JSON. */
export function jsonColumn<T>(schema: z.ZodType<T>) {
  return z.string().transform(jsonOf).pipe(schema)
}

/**
 * SQL that gives a column of JSON with the keys of a schema alone, under its own name, where the rest would take long
 * to move. What is no JSON is given as it is, so that a `jsonColumn` and not SQLite says so. A key that the JSON lacks
 * becomes null, so none of the keys may be optional.
 */
export function partOfJson(column: string, { shape }: z.ZodObject): string {
  const parts = Object.keys(shape).map((key) => `'${key}', ${column} -> '$.${key}'`)
  return `CASE WHEN json_valid(${column}) THEN json_object(${parts.join(', ')}) ELSE ${column} END AS ${column}`
}

function jsonOf(text: string, context: z.core.$RefinementCtx): unknown {
  const value = jsonIn(text)
  if (value !== undefined) return value
  context.addIssue({ code: 'custom', message: 'it is no JSON' })
  return z.NEVER
}

/**
 * Makes the function that reads a row of a table. A damaged row is an error, since its values become scores, sums and
 * verdicts.
 * @throws SluiceError `cannot-run` that names the file, the table and the way out
 */
export function rowReader<T>(
  { file }: Pick<ProjectDatabase, 'file'>,
  table: string,
  schema: z.ZodType<T>,
): (row: unknown) => T {
  return (row) => {
    const result = schema.safeParse(row)
    if (result.success) return result.data
    const { path, message } = result.error.issues[0] ?? { path: [], message: 'unknown' }
    throw new SluiceError(
      'cannot-run',
      `the store ${file} cannot be used: a row of its table ${table} is damaged (${path.join('.')}: ${message}). ` +
        'Put a copy of the file back, or delete it, and its answers are paid for again.',
      { cause: result.error },
    )
  }
}
