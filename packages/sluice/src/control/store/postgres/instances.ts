import { forgottenAtATime, type InstanceStore, isRegistration, lastOfEach, mostInstances } from '../instance-store.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { type InstanceRow, instanceOf, instanceRow } from '../rows/instance-row.ts'
import type { StoreSignal } from '../signal.ts'
import type { PostgresConnection, Query } from './connection.ts'
import { notify } from './notifications.ts'

const columns = 'token_id, instance, process, first_seen_at, seen_at, may_serve_until, rest'
const offered = `unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[]) AS offered (${columns})`

/** Rows are locked in one order, so that replicas that write the same instances do not deadlock. */
const update = `WITH ours AS (
    SELECT known.token_id, known.instance, known.process FROM sluice.instances AS known
    JOIN ${offered} USING (token_id, instance, process) ORDER BY 1, 2, 3 FOR UPDATE OF known),
  written AS (
    UPDATE sluice.instances AS known
    SET seen_at = offered.seen_at, may_serve_until = offered.may_serve_until, rest = offered.rest
    FROM ${offered} JOIN ours USING (token_id, instance, process)
    WHERE (known.token_id, known.instance, known.process) = (offered.token_id, offered.instance, offered.process)
    RETURNING known.token_id, known.instance, known.process)
  SELECT written.*, (SELECT ${notify("'instances'")}) FROM written`
const insert = `WITH written AS (
    INSERT INTO sluice.instances (${columns})
    SELECT * FROM ${offered} ORDER BY token_id, instance, process
    ON CONFLICT (token_id, instance, process) DO UPDATE
      SET seen_at = excluded.seen_at, may_serve_until = excluded.may_serve_until, rest = excluded.rest)
  SELECT ${notify("'instances'")}`
const known = `SELECT token_id, instance, process FROM sluice.instances
  JOIN ${offered} USING (token_id, instance, process)`
/** Does not replace a report of the same process that has arrived meanwhile, since that report has more content. */
const register = `WITH written AS (
    INSERT INTO sluice.instances (${columns})
    SELECT * FROM ${offered} ORDER BY token_id, instance, process ON CONFLICT DO NOTHING)
  SELECT ${notify("'instances'")}`
const remove = `WITH gone AS (
    DELETE FROM sluice.instances WHERE token_id = $1 AND instance = $2 AND process = $3)
  SELECT ${notify("'instances'")}`
const some = `WITH gone AS (
    DELETE FROM sluice.instances WHERE (token_id, instance, process) IN
      (SELECT token_id, instance, process FROM sluice.instances WHERE may_serve_until < $1 LIMIT $2) RETURNING 1)
  SELECT count(*) AS n FROM gone`

export function postgresInstances(
  { query, damaged }: PostgresConnection,
  acknowledged: StoreSignal<void>,
): InstanceStore {
  /** `find` returns the existing rows and may update them. Returns how many new ones were left out for lack of room. */
  async function put(rows: readonly InstanceRow[], find: string): Promise<number> {
    if (rows.length === 0) return 0
    const found = new Set((await query(find, valuesOf(rows))).map(keyOf))
    const newRows = rows.filter((row) => !found.has(keyOf(row)))
    const admitted = newRows.length > 0 ? await withinLimit(query, newRows) : []
    if (admitted.length > 0) await query(find === known ? register : insert, valuesOf(admitted))
    return newRows.length - admitted.length
  }

  return {
    async acknowledge(reports) {
      const [registrations, others] = [
        reports.filter(isRegistration),
        reports.filter((report) => !isRegistration(report)),
      ]
      const leftOut = await put(lastOfEach(others).map(instanceRow), update)
      // Registrations come last, so that none is written before a report of the same process.
      const unmet = await put(lastOfEach(registrations).map(instanceRow), known)
      acknowledged.emit()
      return leftOut + unmet
    },
    async forgetInstance({ tokenId, instance, process }) {
      await query(remove, [tokenId ?? '', instance, process])
      acknowledged.emit()
    },
    async instances(at) {
      const lasting = 'SELECT * FROM sluice.instances WHERE may_serve_until >= $1 ORDER BY instance, process, token_id'
      return damaged.readable(await query(lasting, [at]), instanceOf, rowOf.instance)
    },
    async forgetSilent(at) {
      const [row] = await query(some, [at, forgottenAtATime])
      return Number(row?.n) === forgottenAtATime
    },
    onAcknowledge: acknowledged.listen,
  }
}

/**
 * The new rows for which their token has room. Replicas that write at the same moment may exceed the limit slightly.
 */
async function withinLimit(query: Query, rows: readonly InstanceRow[]): Promise<InstanceRow[]> {
  const count = async (token: string) => {
    const [row] = await query('SELECT count(*) AS n FROM sluice.instances WHERE token_id = $1', [token])
    return Number(row?.n)
  }
  const admitted: InstanceRow[] = []
  for (const [token, offered] of Map.groupBy(rows, ({ token_id }) => token_id)) {
    let stored = await count(token)
    if (stored + offered.length > mostInstances) {
      const seen = Math.max(...offered.map(({ seen_at }) => seen_at))
      await query('DELETE FROM sluice.instances WHERE token_id = $1 AND may_serve_until < $2', [token, seen])
      stored = await count(token)
    }
    admitted.push(...offered.slice(0, Math.max(0, mostInstances - stored)))
  }
  return admitted
}

function valuesOf(rows: readonly InstanceRow[]): unknown[] {
  return [
    rows.map(({ token_id }) => token_id),
    rows.map(({ instance }) => instance),
    rows.map(({ process }) => process),
    rows.map(({ first_seen_at }) => first_seen_at),
    rows.map(({ seen_at }) => seen_at),
    rows.map(({ may_serve_until }) => may_serve_until),
    rows.map(({ rest }) => rest),
  ]
}

function keyOf({ token_id, instance, process }: Record<string, unknown> | InstanceRow): string {
  return JSON.stringify([token_id, instance, process])
}
