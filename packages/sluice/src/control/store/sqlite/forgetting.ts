import { entriesBy, everywhere, type ForgetStore, type Forgetting, scopesOf } from '../forget-store.ts'
import type { SqliteConnection } from './connection.ts'

/** SQL that finds the distinct rollouts with remembered units, with one index lookup for each. */
export const remembered = `WITH RECURSIVE rollouts (id) AS (SELECT min(rollout_id) FROM units UNION ALL
  SELECT (SELECT min(rollout_id) FROM units WHERE rollout_id > id) FROM rollouts WHERE id IS NOT NULL)
  SELECT id FROM rollouts WHERE id IS NOT NULL`

/** Rows per transaction, so that others can write in between. */
const stretch = 5000
/** `?2` is the list of features as JSON, or null for all. */
const ofFeatures = '(?2 IS NULL OR feature IN (SELECT value FROM json_each(?2)))'
const forgetTasks = `DELETE FROM judge_queue WHERE ${ofFeatures} AND rowid IN
  (SELECT task.rowid FROM judge_queue AS task JOIN contents USING (feature, id) WHERE contents.unit = ?1 UNION ALL
   SELECT task.rowid FROM judge_queue AS task JOIN log USING (feature, id) WHERE log.unit = ?1)`
const forgetMemory = `DELETE FROM units WHERE unit = ?1 AND rollout_id IN (${remembered}) AND
  (?2 IS NULL OR rollout_id IN (SELECT value FROM json_each(?2)))`
const forgetEntries = `DELETE FROM log WHERE seq >= ?3 AND seq < ?4 AND unit = ?1 AND ${ofFeatures}
  RETURNING feature, rollout_id`

export function sqliteForgetting(db: SqliteConnection): ForgetStore {
  return {
    async forget(forgetting) {
      const { unit, features } = forgetting
      const names = features && JSON.stringify(features.map(({ feature }) => feature))
      const rolloutIds = features && JSON.stringify(features.flatMap((each) => each.rolloutIds))
      const { range, ...deleted } = await db.write(() => {
        note(db, forgetting)
        db.run(forgetTasks, unit, names)
        return {
          contents: db.run(`DELETE FROM contents WHERE unit = ?1 AND ${ofFeatures}`, unit, names),
          memories: db.run(forgetMemory, unit, rolloutIds),
          range: db.first('SELECT min(seq) AS first, max(seq) AS last FROM log'),
        }
      })
      const gone: { feature: string; rolloutId: string | null }[] = []
      for (let from = Number(range?.first); from <= Number(range?.last); from += stretch) {
        const rows = await db.write(() => db.all(forgetEntries, unit, names, from, from + stretch))
        for (const { feature, rollout_id } of rows)
          gone.push({ feature: String(feature), rolloutId: rollout_id as string | null })
      }
      await db.emptyLog()
      return { ...deleted, entries: entriesBy(gone) }
    },
  }
}

function note(db: SqliteConnection, { unit, now, until, features }: Forgetting): void {
  expireForgetting(db, now)
  for (const scope of scopesOf({ features }))
    db.run('INSERT OR REPLACE INTO forgotten (unit, scope, until) VALUES (?, ?, ?)', unit, scope, until)
}

/** Deletes forgotten units whose time is over. Must run within a write. */
export function expireForgetting(db: SqliteConnection, now: number): void {
  db.run('DELETE FROM forgotten WHERE until <= ?', now)
}

/**
 * Returns a function that says whether new data of a unit must be dropped at `now` (ms); without `now`, as long as the
 * unit is stored as forgotten. Must run within a write. The table is nearly always empty, so this is checked first.
 */
export function forgottenIn(db: SqliteConnection): (unit: string | null, scope: string, now?: number) => boolean {
  if (!db.first('SELECT 1 FROM forgotten LIMIT 1')) return () => false
  const find = 'SELECT 1 FROM forgotten WHERE unit = ? AND scope IN (?, ?) AND until > ?'
  return (unit, scope, now = -1) => unit !== null && db.first(find, unit, everywhere, scope, now) !== undefined
}
