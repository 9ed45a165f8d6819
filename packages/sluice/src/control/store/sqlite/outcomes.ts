import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import type { LogEntry } from '../../../records/outcome.ts'
import { forgettingOfFeature } from '../forget-store.ts'
import { openRollouts } from '../open-rollouts.ts'
import { type Appended, type OpenLog, type OutcomeLog, rolloutsOf } from '../outcome-log.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { featureStateOf } from '../rows/feature-row.ts'
import { isStorable, type LogRow, logEntryOf, logRow } from '../rows/log-row.ts'
import { signal } from '../signal.ts'
import { SqliteConnection } from './connection.ts'
import { forgottenIn } from './forgetting.ts'
import { isOneOfSqliteKeys, sqliteKeys } from './keys.ts'

const columns = 'seq, id, feature, rollout_id, unit, received_at, rest'
const insert = `INSERT INTO log (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feature, id) DO NOTHING`

/**
 * Rows that are read at a time, which takes one to two milliseconds, so that other work of the process runs in between.
 */
const stretch = 100

export function sqliteOutcomes(db: SqliteConnection): OutcomeLog {
  const appends = signal<readonly string[]>()
  const oldest = new Map<number, number>()
  return {
    async append(entries) {
      const rows = entries.map(logRow)
      const results = await db.write(() => appendIn(db, rows))
      appends.emit(rolloutsOf(entries))
      return results
    },
    async readLog({ after, limit, feature, rolloutId }) {
      const filters = Object.entries({ feature, rollout_id: rolloutId }).filter(([, value]) => value !== undefined)
      const where = filters.map(([column]) => `${column} = ? AND `).join('')
      const values = filters.map(([, value]) => String(value))
      const sql = `SELECT ${columns} FROM log WHERE ${where}seq > ? ORDER BY seq LIMIT ?`
      const page: LogEntry[] = []
      for (let from = after; page.length < limit; ) {
        const wanted = Math.min(stretch, limit - page.length)
        const rows = await db.read(() => db.all(sql, ...values, from, wanted))
        for (const entry of db.damaged.readable(rows, logEntryOf, rowOf.logEntry)) page.push(entry)
        if (rows.length < wanted) break
        from = Number(rows.at(-1)?.seq)
        await turn()
      }
      return page
    },
    async withEntriesAfter(seqs) {
      const sql = `SELECT value ->> 0 AS feature FROM json_each(?)
        WHERE EXISTS (SELECT 1 FROM log WHERE feature = value ->> 0 AND seq > value ->> 1)`
      const rows = await db.read(() => db.all(sql, JSON.stringify([...seqs])))
      return new Set(rows.map(({ feature }) => String(feature)))
    },
    entry: ({ feature, id }) =>
      db.read(() => {
        const row = db.first(`SELECT ${columns} FROM log WHERE feature = ? AND id = ?`, feature, id)
        return row && logEntryOf(row)
      }),
    entries: (keys) =>
      db.read(() => {
        const rows = db.all(`SELECT ${columns} FROM log WHERE ${isOneOfSqliteKeys}`, sqliteKeys(keys))
        return db.damaged.readable(rows, logEntryOf, rowOf.logEntry)
      }),
    onAppend: appends.listen,
    async pruneLog(before) {
      const rows = await db.read(() => db.all('SELECT feature, document FROM features'))
      const features = db.damaged.readable(rows, ({ document }) => featureStateOf(document), rowOf.feature)
      const open = JSON.stringify(openRollouts(features))
      // A feature that cannot be read may have a running rollout, so its entries are kept.
      const known = JSON.stringify(features.map(({ feature }) => feature))
      const isOld = `received_at < ? AND (rollout_id IS NULL OR (rollout_id NOT IN (SELECT value FROM json_each(?))
        AND (feature IN (SELECT value FROM json_each(?)) OR feature NOT IN (SELECT feature FROM features))))`
      return await sweepSqliteLog(db, oldest, { before, isOld, values: [before, open, known] })
    },
  }
}

/** The log of a store that another thread of this process has opened, to be read alone. */
export function openSqliteLog(file: string): OpenLog {
  const db = new SqliteConnection(new DatabaseSync(file, { readOnly: true, timeout: 0 }), file)
  const { readLog } = sqliteOutcomes(db)
  return { readLog, close: () => db.close() }
}

/** The last seq is stored apart from the rows, so that no seq is used twice, even if rows are deleted. */
function appendIn(db: SqliteConnection, rows: readonly LogRow[]): Appended[] {
  const last = Number(db.first('SELECT log_seq FROM store')?.log_seq)
  let seq = last
  const isForgotten = forgottenIn(db)
  const results = rows.map((row): Appended => {
    if (!isStorable(row)) return 'refused'
    const { id, feature, rollout_id, unit, received_at, rest } = row
    if (isForgotten(unit, forgettingOfFeature(feature), received_at)) return 'duplicate'
    if (db.run(insert, seq + 1, id, feature, rollout_id, unit, received_at, rest) === 0) return 'duplicate'
    seq += 1
    return 'accepted'
  })
  if (seq > last) db.run('UPDATE store SET log_seq = ?', seq)
  return results
}

/** Rows per transaction, so that others can write in between. */
const sweptAtATime = 1000

interface Sweep {
  /** Only entries that were received earlier may be old. */
  before: number
  /** The condition, and its values. */
  isOld: string
  values: SQLInputValue[]
}

/**
 * Deletes the log entries for which the condition holds, some at a time. Returns how many.
 *
 * @param oldest the time of the oldest entry in each stretch that was read to its end, by its beginning: entries are
 *   only ever added behind it, so that it need not be read again until that one is old
 */
async function sweepSqliteLog(
  db: SqliteConnection,
  oldest: Map<number, number>,
  { before, isOld, values }: Sweep,
): Promise<number> {
  const range = await db.read(() => db.first('SELECT min(seq) AS first, max(seq) AS last FROM log'))
  const [first, last] = [Number(range?.first), Number(range?.last)]
  for (const from of oldest.keys()) if (from + sweptAtATime <= first) oldest.delete(from)
  let deleted = 0
  for (let from = first - (first % sweptAtATime); from <= last; from += sweptAtATime) {
    const until = from + sweptAtATime
    if ((oldest.get(from) ?? Number.NEGATIVE_INFINITY) >= before) continue
    await turn()
    const least = 'SELECT min(received_at) AS least FROM log WHERE seq >= ? AND seq < ?'
    const found = (await db.read(() => db.first(least, from, until)))?.least ?? null
    // What is appended later lies behind the last one.
    if (found !== null && until <= last) oldest.set(from, Number(found))
    if (found === null || Number(found) >= before) continue
    const sql = `DELETE FROM log WHERE seq >= ? AND seq < ? AND ${isOld}`
    deleted += await db.write(() => db.run(sql, from, until, ...values))
  }
  return deleted
}
