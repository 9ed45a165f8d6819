import { entriesBy, type ForgetStore, scopesOf } from '../forget-store.ts'
import type { PostgresConnection } from './connection.ts'

/** Rows per transaction, so that others can write in between. */
const stretch = 5000
/** `$2` is the list of features, or null for all. */
const ofFeatures = (table: string) => `($2::text[] IS NULL OR ${table}.feature = ANY ($2::text[]))`
const ofUnit = (table: string) =>
  `EXISTS (SELECT 1 FROM ${table} AS own WHERE own.feature = task.feature AND own.id = task.id AND own.unit = $1)`
const forgetTasks = `DELETE FROM sluice.judge_queue AS task
  WHERE ${ofFeatures('task')} AND (${ofUnit('sluice.contents')} OR ${ofUnit('sluice.log')})`
const forgetContents = `DELETE FROM sluice.contents AS content WHERE unit = $1 AND ${ofFeatures('content')} RETURNING 1`
/** Finds the distinct rollouts with one index lookup for each. */
const rollouts = `WITH RECURSIVE rollouts (id) AS (SELECT min(rollout_id) FROM sluice.units UNION ALL
  SELECT (SELECT min(rollout_id) FROM sluice.units WHERE rollout_id > id) FROM rollouts WHERE id IS NOT NULL)
  SELECT id FROM rollouts WHERE id IS NOT NULL`
const forgetMemory = `DELETE FROM sluice.units WHERE unit = $1 AND rollout_id IN (${rollouts})
  AND ($2::text[] IS NULL OR rollout_id = ANY ($2::text[])) RETURNING 1`
const forgetEntries = `DELETE FROM sluice.log AS entry WHERE seq >= $3 AND seq < $4 AND unit = $1 AND ${ofFeatures('entry')}
  RETURNING feature, rollout_id`
const note = `INSERT INTO sluice.forgotten (unit, scope, until) SELECT $1, scope, $3 FROM unnest($2::text[]) AS noted (scope)
  ON CONFLICT (unit, scope) DO UPDATE SET until = excluded.until`

/**
 * An SQL condition: data of this unit in this scope must be dropped. The arguments are SQL expressions. Without `now`
 * it is true as long as the unit is stored as forgotten. The table is nearly always empty, so this is checked first,
 * once for all rows.
 */
export function isForgotten(unit: string, scope: string, now = '-1'): string {
  return `(EXISTS (SELECT 1 FROM sluice.forgotten) AND EXISTS (SELECT 1 FROM sluice.forgotten AS noted WHERE noted.unit = ${unit} AND noted.scope IN ('', ${scope})
    AND noted.until > ${now}))`
}

export function postgresForgetting(db: PostgresConnection): ForgetStore {
  return {
    async forget({ unit, features, now, until }) {
      const names = features?.map(({ feature }) => feature) ?? null
      const rolloutIds = features?.flatMap((each) => each.rolloutIds) ?? null
      const deleted = await db.transaction(async (query) => {
        // A transaction that found the unit not forgotten has finished before the lock is granted. All later ones see
        // the note.
        await query('LOCK TABLE sluice.forgotten IN ACCESS EXCLUSIVE MODE')
        await query('DELETE FROM sluice.forgotten WHERE until <= $1', [now])
        await query(note, [unit, scopesOf({ features }), until])
        await query(forgetTasks, [unit, names])
        const contents = await query(forgetContents, [unit, names])
        const memories = await query(forgetMemory, [unit, rolloutIds])
        return { contents: contents.length, memories: memories.length }
      })
      const [range] = await db.query('SELECT min(seq) AS first, max(seq) AS last FROM sluice.log')
      const gone: { feature: string; rolloutId: string | null }[] = []
      for (let from = Number(range?.first ?? 1); from <= Number(range?.last ?? 0); from += stretch) {
        const rows = await db.query(forgetEntries, [unit, names, from, from + stretch])
        for (const { feature, rollout_id } of rows)
          gone.push({ feature: String(feature), rolloutId: rollout_id as string | null })
      }
      return { ...deleted, entries: entriesBy(gone) }
    },
  }
}
