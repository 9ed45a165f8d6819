import type { SQLInputValue } from 'node:sqlite'
import type { Connection } from './connection.ts'

/** Rows looked at per transaction: others write in between. */
const stretch = 1000

/** Deletes the log entries for which the condition holds, stretch by stretch; returns how many. */
export async function sweepLog(db: Connection, condition: string, ...values: SQLInputValue[]): Promise<number> {
  const range = await db.read(() => db.first('SELECT min(seq) AS first, max(seq) AS last FROM log'))
  let deleted = 0
  for (let from = Number(range?.first); from <= Number(range?.last); from += stretch) {
    const sql = `DELETE FROM log WHERE seq >= ? AND seq < ? AND ${condition}`
    deleted += await db.write(() => db.run(sql, from, from + stretch, ...values))
  }
  return deleted
}
