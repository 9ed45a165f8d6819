import pg from 'pg'
import { postgresMigrations } from '../../../src/control/store/postgres/migrations.ts'

/** Keys that the store drops by itself once no replica of an older version is connected. */
const formerKeys = [
  'ALTER TABLE sluice.log DROP CONSTRAINT log_id_key;',
  'ALTER TABLE sluice.judge_queue DROP CONSTRAINT judge_queue_pkey;',
  'ALTER TABLE sluice.contents DROP CONSTRAINT contents_pkey;',
]

/** Statements that make the schema `sluice` anew with all its rows, each table in the order of its columns. */
export async function dumpOf(url: string): Promise<string> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows: tables } = await client.query(
      `SELECT table_name AS name, array_agg(column_name::text ORDER BY ordinal_position) AS columns
       FROM information_schema.columns WHERE table_schema = 'sluice' GROUP BY table_name ORDER BY table_name`,
    )
    const lines = ['CREATE SCHEMA sluice;', 'CREATE TABLE sluice.migrations (version integer NOT NULL PRIMARY KEY);']
    lines.push(...postgresMigrations, ...formerKeys, 'DELETE FROM sluice.log_head;')
    for (const { name, columns } of tables) {
      const { rows } = await client.query({ text: `SELECT * FROM sluice.${name}`, rowMode: 'array' })
      const into = `INSERT INTO sluice.${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE VALUES`
      const values = rows.map((row: unknown[]) => `(${row.map(literal).join(', ')})`).sort()
      if (values.length > 0) lines.push(`${into}\n${values.join(',\n')};`)
    }
    for (const table of ['versions', 'tokens'])
      lines.push(`SELECT setval(pg_get_serial_sequence('sluice.${table}', 'number'), 1000);`)
    return `${lines.join('\n')}\n`
  } finally {
    await client.end()
  }
}

function literal(value: unknown): string {
  if (value === null) return 'NULL'
  // A lease that was given back ended before all time.
  if (value === Number.NEGATIVE_INFINITY) return "'-infinity'"
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value))
}
