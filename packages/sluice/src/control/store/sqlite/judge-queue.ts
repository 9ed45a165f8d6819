import type { JudgeQueue } from '../judge-queue.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { byUrgency, type TaskRow, taskOf, taskRow } from '../rows/task-row.ts'
import type { SqliteConnection } from './connection.ts'
import { isOneOfSqliteKeys, sqliteKeys } from './keys.ts'

const insert = `INSERT INTO judge_queue (id, feature, priority, attempts, not_before, enqueued_at, rest)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feature, id) DO NOTHING`
const dropLeastUrgent = `DELETE FROM judge_queue WHERE rowid IN (SELECT rowid FROM judge_queue WHERE feature = ?
  ORDER BY priority DESC, enqueued_at, id LIMIT -1 OFFSET ?) RETURNING id`
const claim = `UPDATE judge_queue SET not_before = ? WHERE rowid IN (SELECT rowid FROM judge_queue WHERE not_before <= ?
  ORDER BY priority DESC, enqueued_at, id LIMIT ?) RETURNING *`
const spend = `INSERT INTO judge_spending (day, feature, usd) VALUES (?, ?, ?)
  ON CONFLICT (day, feature) DO UPDATE SET usd = usd + excluded.usd`

export function sqliteJudgeQueue(db: SqliteConnection): JudgeQueue {
  function add({ id, feature, priority, attempts, not_before, enqueued_at, rest }: TaskRow): void {
    db.run(insert, id, feature, priority, attempts, not_before, enqueued_at, rest)
  }

  return {
    async enqueue(tasks, bound) {
      const rows = tasks.map(taskRow)
      const features = new Set(rows.map(({ feature }) => feature))
      return await db.write(() => {
        for (const row of rows) add(row)
        const dropped = [...features].flatMap((feature) =>
          db.all(dropLeastUrgent, feature, bound).map(({ id }) => ({ feature, id: String(id) })),
        )
        if (dropped.length > 0) db.run(`DELETE FROM contents WHERE ${isOneOfSqliteKeys}`, sqliteKeys(dropped))
        return dropped.length
      })
    },
    claim: (limit, now, leaseMs) =>
      db.write(() => db.damaged.readable(db.all(claim, now + leaseMs, now, limit), taskOf, rowOf.task).sort(byUrgency)),
    finish: (keys) =>
      db.write(() => {
        db.run(`DELETE FROM judge_queue WHERE ${isOneOfSqliteKeys}`, sqliteKeys(keys))
      }),
    retry: ({ feature, id }, attempts, notBefore) =>
      db.write(() => {
        const giveBack = 'UPDATE judge_queue SET attempts = ?, not_before = ? WHERE feature = ? AND id = ?'
        db.run(giveBack, attempts, notBefore, feature, id)
      }),
    queued: (feature) =>
      db.read(() => {
        const all = 'SELECT count(*) AS tasks FROM judge_queue'
        const row = feature === undefined ? db.first(all) : db.first(`${all} WHERE feature = ?`, feature)
        return Number(row?.tasks)
      }),
    judgeSpending: (day) =>
      db.read(() => {
        const rows = db.all('SELECT feature, usd FROM judge_spending WHERE day = ? ORDER BY feature', day)
        return new Map(rows.map(({ feature, usd }) => [String(feature), Number(usd)]))
      }),
    addJudgeSpending: (day, feature, usd) =>
      db.write(() => {
        db.run(spend, day, feature, usd)
      }),
  }
}
