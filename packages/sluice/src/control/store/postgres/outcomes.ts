import type { LogEntry } from '../../../records/outcome.ts'
import { openRollouts } from '../open-rollouts.ts'
import { type Appended, type OpenLog, type OutcomeLog, rolloutsOf } from '../outcome-log.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { featureStateOf } from '../rows/feature-row.ts'
import { type LogRow, logEntryOf, logRow } from '../rows/log-row.ts'
import type { StoreSignal } from '../signal.ts'
import type { AppendQueue } from './append-queue.ts'
import { PostgresConnection } from './connection.ts'
import { connectionSettings } from './connection-settings.ts'
import { isForgotten } from './forgetting.ts'
import { asLines, lines } from './json-texts.ts'
import { isOneOfPostgresKeys, postgresKeys } from './keys.ts'
import { notify } from './notifications.ts'
import { openClient } from './open-client.ts'
import { postgresError } from './postgres-error.ts'
import { rolloutsText } from './replica-notifications.ts'

const columns = 'seq, id, feature, rollout_id, unit, received_at, rest'

/** Locks the row of `log_head` until the commit, so a later append gets higher seqs and commits later. */
const insert = `WITH head AS (UPDATE sluice.log_head SET seq = seq + $7 RETURNING seq - $7 AS base),
  added AS (
    INSERT INTO sluice.log (${columns})
    SELECT base + place, id, feature, rollout_id, unit, received_at, rest
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], ${lines('$6')}) WITH ORDINALITY
      AS offered (id, feature, rollout_id, unit, received_at, rest, place), head
    WHERE NOT ${isForgotten('offered.unit', "'f:' || offered.feature", 'offered.received_at')}
    ORDER BY place ON CONFLICT DO NOTHING RETURNING seq)
  SELECT ARRAY(SELECT (added.seq - head.base)::integer FROM added) AS places, ${notify(`concat_ws(' ', 'log', head.base, $7::integer, $8::text)`)} FROM head`

export async function insertRows(db: PostgresConnection, rows: readonly LogRow[]): Promise<Appended[]> {
  if (rows.length === 0) return []
  const [found] = await db.query(insert, [
    rows.map(({ id }) => id),
    rows.map(({ feature }) => feature),
    rows.map(({ rollout_id }) => rollout_id),
    rows.map(({ unit }) => unit),
    rows.map(({ received_at }) => received_at),
    asLines(rows.map(({ rest }) => rest)),
    rows.length,
    rolloutsText(rolloutsOf(rows.map(({ rollout_id }) => ({ rolloutId: rollout_id })))),
  ])
  const places = new Set(found?.places as number[])
  return rows.map((_, index) => (places.has(index + 1) ? 'accepted' : 'duplicate'))
}

/** Reads the log page by page. Rows that cannot be read are left out, and others read for them. */
function readLogOf(db: PostgresConnection): OutcomeLog['readLog'] {
  return async ({ after, limit, feature, rolloutId }) => {
    const filters = Object.entries({ feature, rollout_id: rolloutId }).filter(([, value]) => value !== undefined)
    const where = filters.map(([column], index) => ` AND ${column} = $${index + 3}`).join('')
    const sql = `SELECT ${columns} FROM sluice.log WHERE seq > $1${where} ORDER BY seq LIMIT $2`
    const page: LogEntry[] = []
    for (let from = after; page.length < limit; ) {
      const wanted = limit - page.length
      const rows = await db.query(sql, [from, wanted, ...filters.map(([, value]) => value)])
      page.push(...db.damaged.readable(rows, logEntryOf, rowOf.logEntry))
      if (rows.length < wanted) break
      from = Number(rows.at(-1)?.seq)
    }
    return page
  }
}

/** The log of a store that another thread of this process has opened, to be read alone. @throws StoreError */
export async function openPostgresLog(databaseUrl: string): Promise<OpenLog> {
  const settings = connectionSettings(databaseUrl)
  const { client, config } = await openClient(settings).catch((cause: unknown) => {
    throw postgresError(cause, settings.place)
  })
  await client.end()
  const db = new PostgresConnection(config, settings.place)
  return { readLog: readLogOf(db), close: () => db.close() }
}

export function postgresOutcomes(
  db: PostgresConnection,
  queue: AppendQueue,
  appends: StoreSignal<readonly string[] | null>,
): OutcomeLog {
  return {
    async append(entries) {
      const results = await queue.append(entries.map(logRow))
      appends.emit(rolloutsOf(entries))
      return results
    },
    readLog: readLogOf(db),
    async withEntriesAfter(seqs) {
      const sql = `SELECT one.feature FROM unnest($1::text[], $2::bigint[]) AS one (feature, seq)
        WHERE EXISTS (SELECT 1 FROM sluice.log WHERE log.feature = one.feature AND log.seq > one.seq)`
      const rows = await db.query(sql, [[...seqs.keys()], [...seqs.values()]])
      return new Set(rows.map(({ feature }) => String(feature)))
    },
    async entry({ feature, id }) {
      const [row] = await db.query(`SELECT ${columns} FROM sluice.log WHERE feature = $1 AND id = $2`, [feature, id])
      return row && logEntryOf(row)
    },
    async entries(keys) {
      const rows = await db.query(`SELECT ${columns} FROM sluice.log WHERE ${isOneOfPostgresKeys}`, postgresKeys(keys))
      return db.damaged.readable(rows, logEntryOf, rowOf.logEntry)
    },
    onAppend: appends.listen,
    async pruneLog(before) {
      const rows = await db.query('SELECT feature, document FROM sluice.features')
      const features = db.damaged.readable(rows, ({ document }) => featureStateOf(document), rowOf.feature)
      const open = openRollouts(features)
      // A feature that cannot be read may have a running rollout, so its entries are kept.
      const known = features.map(({ feature }) => feature)
      const isOld = `received_at < $3 AND (rollout_id IS NULL OR (rollout_id <> ALL ($4::text[])
        AND (feature = ANY ($5::text[]) OR feature NOT IN (SELECT feature FROM sluice.features))))`
      return await sweepPostgresLog(db, isOld, before, open, known)
    },
  }
}

/** Rows per transaction, so that others can write in between. */
const stretch = 5000

/** Deletes the log entries for which the condition (values from $3 on) holds, some at a time. Returns how many. */
async function sweepPostgresLog(db: PostgresConnection, condition: string, ...values: unknown[]): Promise<number> {
  const [range] = await db.query('SELECT min(seq) AS first, max(seq) AS last FROM sluice.log')
  if (range?.first === null) return 0
  let deleted = 0
  for (let from = Number(range?.first); from <= Number(range?.last); from += stretch) {
    const sql = `WITH gone AS (DELETE FROM sluice.log WHERE seq >= $1 AND seq < $2 AND ${condition} RETURNING 1)
      SELECT count(*) AS rows FROM gone`
    const [gone] = await db.query(sql, [from, from + stretch, ...values])
    deleted += Number(gone?.rows)
  }
  return deleted
}
