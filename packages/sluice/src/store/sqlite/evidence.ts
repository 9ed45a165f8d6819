import type { EvidenceStore } from '../evidence-store.ts'
import { checkpointOf, unitOf } from '../rows/evidence-row.ts'
import type { Connection } from './connection.ts'

const upsertUnit = 'INSERT OR REPLACE INTO units (rollout_id, unit, record) VALUES (?, ?, ?)'

/** One step into the primary key for each rollout. */
const rollouts = `WITH RECURSIVE rollouts (id) AS (SELECT min(rollout_id) FROM units UNION ALL
  SELECT (SELECT min(rollout_id) FROM units WHERE rollout_id > id) FROM rollouts WHERE id IS NOT NULL)
  SELECT id FROM rollouts WHERE id IS NOT NULL`

export function sqliteEvidence(db: Connection): EvidenceStore {
  return {
    checkpoint: (name) =>
      db.read(() => {
        const row = db.first('SELECT cursor, state FROM checkpoints WHERE name = ?', name)
        return row && checkpointOf(row)
      }),
    async saveCheckpoint(name, expected, { cursor, state }, units) {
      const document = JSON.stringify(state ?? null)
      const records = Array.from(units?.records ?? [], ([unit, record]) => [unit, JSON.stringify(record)] as const)
      records.sort(([a], [b]) => (a < b ? -1 : 1))
      return await db.write(() => {
        const stored = db.first('SELECT cursor FROM checkpoints WHERE name = ?', name)
        if (Number(stored?.cursor ?? -1) !== expected) return false
        db.run('INSERT OR REPLACE INTO checkpoints (name, cursor, state) VALUES (?, ?, ?)', name, cursor, document)
        for (const [unit, record] of records) db.run(upsertUnit, units?.rolloutId ?? '', unit, record)
        return true
      })
    },
    units: (rolloutId, keys) =>
      db.read(() => {
        const rows = db.all(
          'SELECT unit, record FROM units WHERE rollout_id = ? AND unit IN (SELECT value FROM json_each(?))',
          rolloutId,
          JSON.stringify(keys),
        )
        return new Map(rows.map(unitOf))
      }),
    forgetUnit: (unit) =>
      db.write(() => db.run(`DELETE FROM units WHERE rollout_id IN (${rollouts}) AND unit = ?`, unit)),
  }
}
