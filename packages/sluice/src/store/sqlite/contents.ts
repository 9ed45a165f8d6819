import type { ContentStore } from '../content-store.ts'
import { type ContentRow, contentOf, contentRow } from '../rows/content-row.ts'
import type { Connection } from './connection.ts'
import { sweepLog } from './sweep-log.ts'

const insert = `INSERT INTO contents
  (id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
const forgetTasks = `DELETE FROM judge_queue WHERE id IN
  (SELECT id FROM contents WHERE unit = ?1 UNION ALL
   SELECT log.id FROM judge_queue JOIN log ON log.id = judge_queue.id WHERE log.unit = ?1)`

/** Deleted at a time: others write in between. */
const stretch = 200
const expire = `DELETE FROM contents WHERE id IN (SELECT id FROM contents WHERE expires_at <= ? LIMIT ${stretch})`

export function sqliteContents(db: Connection): ContentStore {
  function put(row: ContentRow): void {
    const { id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement } = row
    db.run(insert, id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
  }

  return {
    async putContent(contents) {
      const rows = contents.map(contentRow)
      await db.write(() => rows.forEach(put))
    },
    content: (id) =>
      db.read(() => {
        const row = db.first('SELECT * FROM contents WHERE id = ?', id)
        return row && contentOf(row)
      }),
    async setJudgement(id, judgement, score) {
      const text = JSON.stringify(judgement ?? null)
      await db.write(() => db.run('UPDATE contents SET judgement = ?, score = ? WHERE id = ?', text, score, id))
    },
    worstContent: ({ feature, rolloutId, version, limit }) =>
      db.read(() => {
        const filters = Object.entries({ rollout_id: rolloutId, version }).filter(([, value]) => value !== undefined)
        const where = filters.map(([column]) => ` AND ${column} = ?`).join('')
        const values = filters.map(([, value]) => String(value))
        const worst = `SELECT * FROM contents WHERE feature = ? AND score IS NOT NULL${where}
          ORDER BY score, stored_at, id LIMIT ?`
        return db.all(worst, feature, ...values, limit).map(contentOf)
      }),
    async expireContent(now) {
      let expired = 0
      for (let gone = stretch; gone === stretch; expired += gone) gone = await db.write(() => db.run(expire, now))
      if (expired > 0) await db.emptyLog()
      return expired
    },
    async forgetContent(unit) {
      const forgotten = await db.write(() => {
        db.run(forgetTasks, unit)
        return db.run('DELETE FROM contents WHERE unit = ?', unit)
      })
      await sweepLog(db, 'unit = ?', unit)
      await db.emptyLog()
      return forgotten
    },
  }
}
