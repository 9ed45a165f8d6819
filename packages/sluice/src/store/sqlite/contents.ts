import type { ContentStore } from '../content-store.ts'
import { featureScope } from '../forget-store.ts'
import { type ContentRow, contentOf, contentRow } from '../rows/content-row.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import type { Connection } from './connection.ts'
import { expireForgetting, forgottenIn } from './forgetting.ts'

const insert = `INSERT INTO contents
  (id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
const clearAll = 'DELETE FROM contents WHERE feature IN (SELECT value FROM json_each(?))'
const isWaiting = 'EXISTS (SELECT 1 FROM judge_queue WHERE judge_queue.id = contents.id)'

export function sqliteContents(db: Connection): ContentStore {
  function put(row: ContentRow): void {
    const { id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement } = row
    db.run(insert, id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
  }

  return {
    async putContent(contents) {
      const rows = contents.map(contentRow)
      await db.write(() => {
        const isForgotten = forgottenIn(db)
        for (const row of rows) if (!isForgotten(row.unit, featureScope(row.feature), row.stored_at)) put(row)
      })
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
        return db.damaged.readable(db.all(worst, feature, ...values, limit), contentOf, rowOf.content)
      }),
    async expireContent(now) {
      const expired = await db.write(() => {
        expireForgetting(db, now)
        return db.run('DELETE FROM contents WHERE expires_at <= ?', now)
      })
      await db.emptyLog()
      return expired
    },
    async clearContents(features, which) {
      const list = JSON.stringify(features)
      return await db.write(() => {
        const deleted = db.run(which === 'all' ? clearAll : `${clearAll} AND ${isWaiting}`, list)
        db.run('DELETE FROM judge_queue WHERE feature IN (SELECT value FROM json_each(?))', list)
        return deleted
      })
    },
    shortenContents: (feature, retentionMs) =>
      db.write(() => {
        const sooner =
          'UPDATE contents SET expires_at = stored_at + ?2 WHERE feature = ?1 AND expires_at > stored_at + ?2'
        db.run(sooner, feature, retentionMs)
        return Number(db.first('SELECT count(*) AS contents FROM contents WHERE feature = ?', feature)?.contents)
      }),
    async discard(ids) {
      const list = JSON.stringify(ids)
      await db.write(() => {
        db.run('DELETE FROM judge_queue WHERE id IN (SELECT value FROM json_each(?))', list)
        db.run('DELETE FROM contents WHERE id IN (SELECT value FROM json_each(?))', list)
      })
    },
  }
}
