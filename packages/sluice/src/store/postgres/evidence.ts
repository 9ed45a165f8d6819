import type { Checkpoint, EvidenceStore } from '../evidence-store.ts'
import { checkpointOf, unitOf } from '../rows/evidence-row.ts'
import type { Connection, Query } from './connection.ts'
import { isForgotten } from './forgetting.ts'

const insert = `INSERT INTO sluice.checkpoints (name, cursor, state) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO NOTHING RETURNING cursor`
const update = `UPDATE sluice.checkpoints SET cursor = $2, state = $3 WHERE name = $1 AND cursor = $4 RETURNING cursor`
const upsertUnits = `INSERT INTO sluice.units (rollout_id, unit, record)
  SELECT $1, unit, record FROM unnest($2::text[], $3::text[]) AS changed (unit, record)
  WHERE NOT ${isForgotten('changed.unit', "'r:' || $1")} ORDER BY unit
  ON CONFLICT (rollout_id, unit) DO UPDATE SET record = excluded.record`

export function postgresEvidence(db: Connection): EvidenceStore {
  return {
    async checkpoint(name) {
      const [row] = await db.query('SELECT cursor, state FROM sluice.checkpoints WHERE name = $1', [name])
      return row && checkpointOf(row)
    },
    async saveCheckpoint(name, expected, next, units) {
      const save = savingAs(name, expected, next)
      if (!units || units.records.size === 0) return await save(db.query)
      const { rolloutId } = units
      const keys = [...units.records.keys()]
      const records = [...units.records.values()].map((record) => JSON.stringify(record))
      return await db.transaction(async (query) => {
        const isSaved = await save(query)
        if (isSaved) await query(upsertUnits, [rolloutId, keys, records])
        return isSaved
      })
    },
    async units(rolloutId, keys) {
      const rows = await db.query('SELECT unit, record FROM sluice.units WHERE rollout_id = $1 AND unit = ANY ($2)', [
        rolloutId,
        keys,
      ])
      return new Map(rows.map(unitOf))
    },
  }
}

function savingAs(name: string, expected: number, { cursor, state }: Checkpoint) {
  const document = JSON.stringify(state ?? null)
  return async (query: Query): Promise<boolean> => {
    const written =
      expected === -1
        ? await query(insert, [name, cursor, document])
        : await query(update, [name, cursor, document, expected])
    return written.length === 1
  }
}
