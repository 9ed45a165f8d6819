import type { InstanceRecord } from '../../../records/instance.ts'
import { forgottenAtATime, type InstanceStore, isRegistration, mostInstances } from '../instance-store.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { type InstanceRow, instanceOf, instanceRow } from '../rows/instance-row.ts'
import { signal } from '../signal.ts'
import type { SqliteConnection } from './connection.ts'

const update = `UPDATE instances SET seen_at = ?, may_serve_until = ?, rest = ?
  WHERE token_id = ? AND instance = ? AND process = ?`
const known = 'SELECT 1 FROM instances WHERE token_id = ? AND instance = ? AND process = ?'
const insert = `INSERT INTO instances (token_id, instance, process, first_seen_at, seen_at, may_serve_until, rest)
  VALUES (?, ?, ?, ?, ?, ?, ?)`
const some = `DELETE FROM instances WHERE rowid IN (SELECT rowid FROM instances WHERE may_serve_until < ? LIMIT ?)`

export function sqliteInstances(db: SqliteConnection): InstanceStore {
  const acknowledged = signal<void>()

  /** Those that each token may still add, as far as they were counted in this transaction. */
  type FreePlaces = Map<string, number>

  /** False if the token has too many instances. */
  function put(record: InstanceRecord, freePlaces: FreePlaces): boolean {
    const row = instanceRow(record)
    const { token_id, instance, process, first_seen_at, seen_at, may_serve_until, rest } = row
    if (isRegistration(record) && db.first(known, token_id, instance, process)) return true
    if (db.run(update, seen_at, may_serve_until, rest, token_id, instance, process) > 0) return true
    const free = freeFor(row, freePlaces)
    if (free <= 0) return false
    db.run(insert, token_id, instance, process, first_seen_at, seen_at, may_serve_until, rest)
    freePlaces.set(token_id, free - 1)
    return true
  }

  /** Counted once for many that are new: to count them takes longer the more there are. */
  function freeFor({ token_id, seen_at }: InstanceRow, freePlaces: FreePlaces): number {
    const count = () =>
      mostInstances - Number(db.first('SELECT count(*) AS n FROM instances WHERE token_id = ?', token_id)?.n)
    const free = freePlaces.get(token_id) ?? count()
    if (free > 0) return free
    db.run('DELETE FROM instances WHERE token_id = ? AND may_serve_until < ?', token_id, seen_at)
    return count()
  }

  return {
    async acknowledge(reports) {
      const own = structuredClone(reports)
      const leftOut = await db.write(() => {
        const freePlaces: FreePlaces = new Map()
        return own.filter((report) => !put(report, freePlaces)).length
      })
      acknowledged.emit()
      return leftOut
    },
    async forgetInstance({ tokenId, instance, process }) {
      const remove = 'DELETE FROM instances WHERE token_id = ? AND instance = ? AND process = ?'
      await db.write(() => db.run(remove, tokenId ?? '', instance, process))
      acknowledged.emit()
    },
    instances: (at) =>
      db.read(() => {
        const lasting = 'SELECT * FROM instances WHERE may_serve_until >= ? ORDER BY instance, process, token_id'
        return db.damaged.readable(db.all(lasting, at), instanceOf, rowOf.instance)
      }),
    forgetSilent: async (at) => (await db.write(() => db.run(some, at, forgottenAtATime))) === forgottenAtATime,
    onAcknowledge: acknowledged.listen,
  }
}
