import type { ContentStore } from '../content-store.ts'
import { forgettingOfFeature } from '../forget-store.ts'
import { type ContentRow, contentOf, contentRow } from '../rows/content-row.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import type { SqliteConnection } from './connection.ts'
import { expireForgetting, forgottenIn } from './forgetting.ts'
import { isOneOfSqliteKeys, sqliteKeys } from './keys.ts'

const insert = `INSERT INTO contents
  (id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feature, id) DO NOTHING`
const some = (where: string) => `rowid IN (SELECT rowid FROM contents WHERE ${where} LIMIT ?)`
const ofFeatures = 'feature IN (SELECT value FROM json_each(?))'
const clear = {
  all: `DELETE FROM contents WHERE ${some(ofFeatures)}`,
  waiting: `DELETE FROM contents WHERE ${some(`${ofFeatures} AND EXISTS (SELECT 1 FROM judge_queue AS task WHERE task.feature = contents.feature AND task.id = contents.id)`)}`,
}
const expire = `DELETE FROM contents WHERE ${some('expires_at <= ?')}`
const expireSooner = `UPDATE contents SET expires_at = stored_at + ? WHERE ${some('feature = ? AND expires_at > stored_at + ?')}`

export function sqliteContents(db: SqliteConnection): ContentStore {
  function put(row: ContentRow): void {
    const { id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement } = row
    db.run(insert, id, feature, version, rollout_id, unit, score, stored_at, expires_at, body, judgement)
  }

  return {
    async putContent(contents) {
      const rows = contents.map(contentRow)
      await db.write(() => {
        const isForgotten = forgottenIn(db)
        for (const row of rows) if (!isForgotten(row.unit, forgettingOfFeature(row.feature), row.stored_at)) put(row)
      })
    },
    content: ({ feature, id }) =>
      db.read(() => {
        const row = db.first('SELECT * FROM contents WHERE feature = ? AND id = ?', feature, id)
        return row && contentOf(row)
      }),
    async setJudgement({ feature, id }, judgement, score) {
      const text = JSON.stringify(judgement ?? null)
      const judge = 'UPDATE contents SET judgement = ?, score = ? WHERE feature = ? AND id = ?'
      await db.write(() => db.run(judge, text, score, feature, id))
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
      await db.write(() => expireForgetting(db, now))
      const expired = await db.writeInStretches(expire, [now])
      await db.emptyLog()
      return expired
    },
    async clearContents(features, which) {
      const list = JSON.stringify(features)
      const deleted = await db.writeInStretches(clear[which], [list])
      await db.write(() => db.run(`DELETE FROM judge_queue WHERE ${ofFeatures}`, list))
      return deleted
    },
    async shortenContents(feature, retentionMs) {
      await db.writeInStretches(expireSooner, [retentionMs, feature, retentionMs])
      const count = () => db.first('SELECT count(*) AS contents FROM contents WHERE feature = ?', feature)?.contents
      return Number(await db.read(count))
    },
    async discard(keys) {
      const list = sqliteKeys(keys)
      await db.write(() => {
        db.run(`DELETE FROM judge_queue WHERE ${isOneOfSqliteKeys}`, list)
        db.run(`DELETE FROM contents WHERE ${isOneOfSqliteKeys}`, list)
      })
    },
  }
}
