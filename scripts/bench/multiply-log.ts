// A long log in minutes: what was sent over HTTP is copied within the database, spread over the last 15 days.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

/** The drift watch has learnt all hours of the week by then. */
const pastMs = 15 * 86_400_000

export interface Multiplied {
  /** So many rows are wanted. */
  wanted: number
  /** Features of which the log is read again from its beginning, so that evidence and drift watch are of all of it. */
  watched: readonly string[]
}

/**
 * The rows that were sent move to the end of the log, and copies of them stand before, each with an id of its own. All that
 * read the log have read it to its end, but for the watched features.
 */
function statements(
  table: string,
  { sent, wanted, watched, now }: Multiplied & { sent: number; now: number },
): string[] {
  const copies = Math.max(0, Math.ceil((wanted - sent) / sent))
  const before = copies * sent
  const columns = 'seq, id, feature, rollout_id, unit, received_at, rest'
  const at = (seq: string) => `${now - pastMs} + (${seq}) * ${pastMs} / ${before + sent}`
  const insert = (copy: number) => `INSERT INTO ${table}log (${columns})
    SELECT seq - ${before} + ${copy * sent}, '${String(copy).padStart(6, '0')}-' || id, feature, rollout_id, unit,
      ${at(`seq - ${before} + ${copy * sent}`)}, rest
    FROM ${table}log WHERE seq > ${before} ORDER BY seq`
  return [
    // In two steps, since numbers must not meet on the way.
    `UPDATE ${table}log SET seq = -seq`,
    `UPDATE ${table}log SET seq = ${before} - seq, received_at = ${at(`${before} - seq`)}`,
    ...Array.from({ length: copies }, (_, copy) => insert(copy)),
    `UPDATE ${table}checkpoints SET cursor = ${before + sent} WHERE name LIKE '%drift:%'`,
    `DELETE FROM ${table}checkpoints WHERE name LIKE '%rollout:%'`,
    `DELETE FROM ${table}units`,
    ...watched.map((feature) => `DELETE FROM ${table}checkpoints WHERE name LIKE '%drift:${feature}'`),
  ]
}

/** Of a control plane that is stopped. Returns how many there are then. */
export function multiplySqliteLog(folder: string, multiplied: Multiplied): number {
  const db = new DatabaseSync(path.join(folder, '.sluice/control.db'))
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000')
  const sent = Number(db.prepare('SELECT count(*) AS rows FROM log').get()?.rows)
  db.exec('BEGIN')
  for (const sql of statements('', { ...multiplied, sent, now: Date.now() })) {
    db.exec(sql)
    if (sql.startsWith('INSERT')) db.exec('COMMIT; BEGIN')
  }
  db.exec('UPDATE store SET log_seq = (SELECT max(seq) FROM log); COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  const rows = Number(db.prepare('SELECT max(seq) AS rows FROM log').get()?.rows)
  db.close()
  return rows
}

export async function multiplyPostgresLog(url: string, multiplied: Multiplied): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const count = async (what: string) =>
    Number((await client.query(`SELECT ${what} AS rows FROM sluice.log`)).rows[0]?.rows)
  const sent = await count('count(*)')
  await client.query('SET synchronous_commit = off')
  for (const sql of statements('sluice.', { ...multiplied, sent, now: Date.now() })) await client.query(sql)
  await client.query('UPDATE sluice.log_head SET seq = (SELECT max(seq) FROM sluice.log)')
  await client.query('VACUUM ANALYZE')
  const rows = await count('max(seq)')
  await client.end()
  return rows
}
