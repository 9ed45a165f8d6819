import type { EvidenceStore } from '../evidence-store.ts'
import { rolloutScope } from '../forget-store.ts'
import { checkpointOf, unitOf } from '../rows/evidence-row.ts'
import type { Connection } from './connection.ts'
import { forgottenIn } from './forgetting.ts'

const upsertUnit = 'INSERT OR REPLACE INTO units (rollout_id, unit, record) VALUES (?, ?, ?)'

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
        if (!units) return true
        const isForgotten = forgottenIn(db)
        const scope = rolloutScope(units.rolloutId)
        for (const [unit, record] of records)
          if (!isForgotten(unit, scope)) db.run(upsertUnit, units.rolloutId, unit, record)
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
  }
}
