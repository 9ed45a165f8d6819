import type { InstanceRecord, InstanceStore } from '../instance-store.ts'
import { instanceOf, instanceRow } from '../rows/instance-row.ts'
import type { Signal } from '../signal.ts'
import type { Connection } from './connection.ts'
import { notify } from './session.ts'

/** Sorted, so that replicas that report the same instances never wait for each other in a circle. */
const upsert = `WITH written AS (
    INSERT INTO sluice.instances (instance, first_seen_at, seen_at, rest)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS offered (instance) ORDER BY instance
    ON CONFLICT (instance) DO UPDATE SET seen_at = excluded.seen_at, rest = excluded.rest)
  SELECT ${notify("'instances'")}`
const remove = `WITH gone AS (DELETE FROM sluice.instances WHERE instance = $1) SELECT ${notify("'instances'")}`

export function postgresInstances({ query }: Connection, acknowledged: Signal<void>): InstanceStore {
  return {
    async acknowledge(reports) {
      const rows = lastOfEach(reports).map(instanceRow)
      await query(upsert, [
        rows.map(({ instance }) => instance),
        rows.map(({ first_seen_at }) => first_seen_at),
        rows.map(({ seen_at }) => seen_at),
        rows.map(({ rest }) => rest),
      ])
      acknowledged.emit()
    },
    async forgetInstance(instance) {
      await query(remove, [instance])
      acknowledged.emit()
    },
    async instances(since) {
      const rows = await query('SELECT * FROM sluice.instances WHERE seen_at >= $1 ORDER BY instance', [since])
      return rows.map(instanceOf)
    },
    onAcknowledge: acknowledged.listen,
  }
}

/** One statement may not change a row twice. */
function lastOfEach(reports: readonly InstanceRecord[]): InstanceRecord[] {
  return [...new Map(reports.map((report) => [report.instance, report])).values()]
}
