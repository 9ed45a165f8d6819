// A long log in minutes: what was sent over HTTP is copied within the database, spread over the last week.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

const weekMs = 7 * 86_400_000

/**
 * The rows that were sent move to the end of the log, and copies of them stand before, each with an id of its own. Readers
 * of the log have read all of it, and what they have concluded stays as large as it would be.
 */
function statements(table: string, { sent, wanted, now }: { sent: number; wanted: number; now: number }): string[] {
  const copies = Math.max(0, Math.ceil((wanted - sent) / sent))
  const before = copies * sent
  const columns = 'seq, id, feature, rollout_id, unit, received_at, rest'
  const at = (seq: string) => `${now - weekMs} + (${seq}) * ${weekMs} / ${before + sent}`
  const insert = (copy: number) => `INSERT INTO ${table}log (${columns})
    SELECT seq - ${before} + ${copy * sent}, '${String(copy).padStart(6, '0')}-' || id, feature, rollout_id, unit,
      ${at(`seq - ${before} + ${copy * sent}`)}, rest
    FROM ${table}log WHERE seq > ${before} ORDER BY seq`
  return [
    // In two steps, since numbers must not meet on the way.
    `UPDATE ${table}log SET seq = -seq`,
    `UPDATE ${table}log SET seq = ${before} - seq, received_at = ${at(`${before} - seq`)}`,
    ...Array.from({ length: copies }, (_, copy) => insert(copy)),
    `UPDATE ${table}checkpoints SET cursor = ${before + sent}`,
  ]
}

/** Of a control plane that is stopped. Returns how many there are then. */
export function multiplySqliteLog(folder: string, wanted: number): number {
  const db = new DatabaseSync(path.join(folder, '.sluice/control.db'))
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000')
  const sent = Number(db.prepare('SELECT count(*) AS rows FROM log').get()?.rows)
  db.exec('BEGIN')
  for (const sql of statements('', { sent, wanted, now: Date.now() })) {
    db.exec(sql)
    if (sql.startsWith('INSERT')) db.exec('COMMIT; BEGIN')
  }
  db.exec('UPDATE store SET log_seq = (SELECT max(seq) FROM log); COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  const rows = Number(db.prepare('SELECT max(seq) AS rows FROM log').get()?.rows)
  db.close()
  return rows
}

export async function multiplyPostgresLog(url: string, wanted: number): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const count = async (what: string) =>
    Number((await client.query(`SELECT ${what} AS rows FROM sluice.log`)).rows[0]?.rows)
  const sent = await count('count(*)')
  await client.query('SET synchronous_commit = off')
  for (const sql of statements('sluice.', { sent, wanted, now: Date.now() })) await client.query(sql)
  await client.query('UPDATE sluice.log_head SET seq = (SELECT max(seq) FROM sluice.log)')
  await client.query('VACUUM ANALYZE')
  const rows = await count('max(seq)')
  await client.end()
  return rows
}
