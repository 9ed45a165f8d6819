import type { OutcomeKey } from '../../../records/outcome.ts'
import type { JudgeQueue } from '../judge-queue.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { byUrgency, taskOf, taskRow } from '../rows/task-row.ts'
import type { PostgresConnection } from './connection.ts'
import { isOneOfPostgresKeys, postgresKeys } from './keys.ts'

/** Only one transaction adds tasks at a time, so that the bound holds. */
const alone = `SELECT pg_advisory_xact_lock(hashtextextended('sluice judge queue', 0))`
const insert = `INSERT INTO sluice.judge_queue (id, feature, priority, attempts, not_before, enqueued_at, rest)
  SELECT * FROM unnest($1::text[], $2::text[], $3::double precision[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
  ON CONFLICT DO NOTHING`
const dropLeastUrgent = `DELETE FROM sluice.judge_queue WHERE feature = $1 AND id IN (SELECT id FROM sluice.judge_queue
  WHERE feature = $1 ORDER BY priority DESC, enqueued_at, id OFFSET $2) RETURNING id`
const claim = `WITH due AS MATERIALIZED (SELECT feature, id FROM sluice.judge_queue WHERE not_before <= $2
    ORDER BY priority DESC, enqueued_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
  UPDATE sluice.judge_queue AS task SET not_before = $1 FROM due
  WHERE task.feature = due.feature AND task.id = due.id RETURNING task.*`
const spend = `INSERT INTO sluice.judge_spending AS spent (day, feature, usd) VALUES ($1, $2, $3)
  ON CONFLICT (day, feature) DO UPDATE SET usd = spent.usd + excluded.usd`

export function postgresJudgeQueue(db: PostgresConnection): JudgeQueue {
  return {
    async enqueue(tasks, bound) {
      const rows = tasks.map(taskRow)
      const columns = (['id', 'feature', 'priority', 'attempts', 'not_before', 'enqueued_at', 'rest'] as const).map(
        (column) => rows.map((row) => row[column]),
      )
      const features = [...new Set(rows.map(({ feature }) => feature))].sort()
      return await db.transaction(async (query) => {
        await query(alone)
        await query(insert, columns)
        const dropped: OutcomeKey[] = []
        for (const feature of features)
          for (const { id } of await query(dropLeastUrgent, [feature, bound])) dropped.push({ feature, id: String(id) })
        if (dropped.length > 0)
          await query(`DELETE FROM sluice.contents WHERE ${isOneOfPostgresKeys}`, postgresKeys(dropped))
        return dropped.length
      })
    },
    async claim(limit, now, leaseMs) {
      const rows = await db.query(claim, [now + leaseMs, now, limit])
      return db.damaged.readable(rows, taskOf, rowOf.task).sort(byUrgency)
    },
    async finish(keys) {
      await db.query(`DELETE FROM sluice.judge_queue WHERE ${isOneOfPostgresKeys}`, postgresKeys(keys))
    },
    async retry({ feature, id }, attempts, notBefore) {
      const giveBack = 'UPDATE sluice.judge_queue SET attempts = $3, not_before = $4 WHERE feature = $1 AND id = $2'
      await db.query(giveBack, [feature, id, attempts, notBefore])
    },
    async queued(feature) {
      const all = 'SELECT count(*) AS tasks FROM sluice.judge_queue'
      const [row] = await (feature === undefined ? db.query(all) : db.query(`${all} WHERE feature = $1`, [feature]))
      return Number(row?.tasks)
    },
    async judgeSpending(day) {
      const rows = await db.query('SELECT feature, usd FROM sluice.judge_spending WHERE day = $1 ORDER BY feature', [
        day,
      ])
      return new Map(rows.map(({ feature, usd }) => [String(feature), Number(usd)]))
    },
    async addJudgeSpending(day, feature, usd) {
      await db.query(spend, [day, feature, usd])
    },
  }
}
