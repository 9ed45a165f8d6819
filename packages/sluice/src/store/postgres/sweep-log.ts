import type { Connection } from './connection.ts'

/** Rows looked at per transaction: others write in between. */
const stretch = 5000

/** Deletes the log entries for which the condition (values from $3 on) holds, stretch by stretch; returns how many. */
export async function sweepLog(db: Connection, condition: string, ...values: unknown[]): Promise<number> {
  const [range] = await db.query('SELECT min(seq) AS first, max(seq) AS last FROM sluice.log')
  if (range?.first === null) return 0
  let deleted = 0
  for (let from = Number(range?.first); from <= Number(range?.last); from += stretch) {
    const sql = `WITH gone AS (DELETE FROM sluice.log WHERE seq >= $1 AND seq < $2 AND ${condition} RETURNING 1)
      SELECT count(*) AS rows FROM gone`
    const [gone] = await db.query(sql, [from, from + stretch, ...values])
    deleted += Number(gone?.rows)
  }
  return deleted
}
