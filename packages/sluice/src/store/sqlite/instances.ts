import type { InstanceStore } from '../instance-store.ts'
import { instanceOf, instanceRow } from '../rows/instance-row.ts'
import { signal } from '../signal.ts'
import type { Connection } from './connection.ts'

const upsert = `INSERT INTO instances (instance, first_seen_at, seen_at, rest) VALUES (?, ?, ?, ?)
  ON CONFLICT (instance) DO UPDATE SET seen_at = excluded.seen_at, rest = excluded.rest`

export function sqliteInstances(db: Connection): InstanceStore {
  const acknowledged = signal<void>()
  return {
    async acknowledge(reports) {
      const rows = reports.map(instanceRow)
      await db.write(() => {
        for (const { instance, first_seen_at, seen_at, rest } of rows)
          db.run(upsert, instance, first_seen_at, seen_at, rest)
      })
      acknowledged.emit()
    },
    async forgetInstance(instance) {
      await db.write(() => db.run('DELETE FROM instances WHERE instance = ?', instance))
      acknowledged.emit()
    },
    instances: (since) =>
      db.read(() => db.all('SELECT * FROM instances WHERE seen_at >= ? ORDER BY instance', since).map(instanceOf)),
    onAcknowledge: acknowledged.listen,
  }
}
