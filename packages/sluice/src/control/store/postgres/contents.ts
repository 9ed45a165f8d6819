import type { ContentStore } from '../content-store.ts'
import { contentOf, contentRow } from '../rows/content-row.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import type { PostgresConnection } from './connection.ts'
import { isForgotten } from './forgetting.ts'
import { isOneOfPostgresKeys, postgresKeys } from './keys.ts'

const columns = [
  'id',
  'feature',
  'version',
  'rollout_id',
  'unit',
  'score',
  'stored_at',
  'expires_at',
  'body',
  'judgement',
] as const
const insert = `INSERT INTO sluice.contents (${columns.join(', ')})
  SELECT offered.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::double precision[],
    $7::bigint[], $8::bigint[], $9::text[], $10::text[]) AS offered (${columns.join(', ')})
  WHERE NOT ${isForgotten('offered.unit', "'f:' || offered.feature", 'offered.stored_at')} ON CONFLICT DO NOTHING`
const some = (where: string, limit: string) =>
  `(feature, id) IN (SELECT feature, id FROM sluice.contents AS content WHERE ${where} LIMIT ${limit}) RETURNING 1`
const clear = {
  all: `DELETE FROM sluice.contents WHERE ${some('feature = ANY ($1)', '$2')}`,
  waiting: `DELETE FROM sluice.contents WHERE ${some(
    `feature = ANY ($1) AND EXISTS
      (SELECT 1 FROM sluice.judge_queue AS task WHERE task.feature = content.feature AND task.id = content.id)`,
    '$2',
  )}`,
}
const expire = `DELETE FROM sluice.contents WHERE ${some('expires_at <= $1', '$2')}`
const expireSooner = `UPDATE sluice.contents SET expires_at = stored_at + $2
  WHERE ${some('feature = $1 AND expires_at > stored_at + $2', '$3')}`

export function postgresContents(db: PostgresConnection): ContentStore {
  return {
    async putContent(contents) {
      const rows = contents.map(contentRow)
      await db.query(
        insert,
        columns.map((column) => rows.map((row) => row[column])),
      )
    },
    async content({ feature, id }) {
      const [row] = await db.query('SELECT * FROM sluice.contents WHERE feature = $1 AND id = $2', [feature, id])
      return row && contentOf(row)
    },
    async setJudgement({ feature, id }, judgement, score) {
      const text = JSON.stringify(judgement ?? null)
      const judge = 'UPDATE sluice.contents SET judgement = $3, score = $4 WHERE feature = $1 AND id = $2'
      await db.query(judge, [feature, id, text, score])
    },
    async worstContent({ feature, rolloutId, version, limit }) {
      const filters = Object.entries({ rollout_id: rolloutId, version }).filter(([, value]) => value !== undefined)
      const where = filters.map(([column], index) => ` AND ${column} = $${index + 3}`).join('')
      const worst = `SELECT * FROM sluice.contents WHERE feature = $1 AND score IS NOT NULL${where}
        ORDER BY score, stored_at, id LIMIT $2`
      const rows = await db.query(worst, [feature, limit, ...filters.map(([, value]) => value)])
      return db.damaged.readable(rows, contentOf, rowOf.content)
    },
    async expireContent(now) {
      await db.query('DELETE FROM sluice.forgotten WHERE until <= $1', [now])
      return await db.queryInStretches(expire, [now])
    },
    async clearContents(features, which) {
      const deleted = await db.queryInStretches(clear[which], [features])
      await db.query('DELETE FROM sluice.judge_queue WHERE feature = ANY ($1)', [features])
      return deleted
    },
    async shortenContents(feature, retentionMs) {
      await db.queryInStretches(expireSooner, [feature, retentionMs])
      const [row] = await db.query('SELECT count(*) AS contents FROM sluice.contents WHERE feature = $1', [feature])
      return Number(row?.contents)
    },
    async discard(keys) {
      await db.transaction(async (query) => {
        await query(`DELETE FROM sluice.judge_queue WHERE ${isOneOfPostgresKeys}`, postgresKeys(keys))
        await query(`DELETE FROM sluice.contents WHERE ${isOneOfPostgresKeys}`, postgresKeys(keys))
      })
    },
  }
}
