import type { Checkpoint, EvidenceStore } from '../evidence-store.ts'
import type { Fence } from '../lease-store.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import { asideName, checkpointOf, checkpointText, unitOf, unitTexts } from '../rows/evidence-row.ts'
import type { Connection, Query } from './connection.ts'
import { isForgotten } from './forgetting.ts'

/** Nobody else leads by now; null: whoever does. */
const leads = (name: string, fence: string) =>
  `(${name}::text IS NULL OR ${fence}::bigint = (SELECT fence FROM sluice.leases WHERE name = ${name}))`
const insert = `INSERT INTO sluice.checkpoints (name, cursor, state) SELECT $1, $2, $3 WHERE ${leads('$4', '$5')}
  ON CONFLICT (name) DO NOTHING RETURNING cursor`
const update = `UPDATE sluice.checkpoints SET cursor = $2, state = $3
  WHERE name = $1 AND cursor = $6 AND ${leads('$4', '$5')} RETURNING cursor`
const remove = 'DELETE FROM sluice.checkpoints WHERE name = $1 AND cursor = $2 RETURNING cursor, state'
const upsert = `INSERT INTO sluice.checkpoints (name, cursor, state) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, state = excluded.state`
const upsertUnits = `INSERT INTO sluice.units (rollout_id, unit, record)
  SELECT $1, unit, record FROM unnest($2::text[], $3::text[]) AS changed (unit, record)
  WHERE NOT ${isForgotten('changed.unit', "'r:' || $1")} ORDER BY unit
  ON CONFLICT (rollout_id, unit) DO UPDATE SET record = excluded.record`

/** One step into the primary key for each rollout. */
const remembered = `WITH RECURSIVE rollouts (id) AS (SELECT min(rollout_id) FROM sluice.units UNION ALL
  SELECT (SELECT min(rollout_id) FROM sluice.units WHERE rollout_id > id) FROM rollouts WHERE id IS NOT NULL)
  SELECT id FROM rollouts WHERE id IS NOT NULL`
const forgetSome = `DELETE FROM sluice.units WHERE rollout_id = $1 AND
  unit IN (SELECT unit FROM sluice.units WHERE rollout_id = $1 ORDER BY unit LIMIT $2) RETURNING unit`

export function postgresEvidence(db: Connection): EvidenceStore {
  return {
    async checkpoint(name) {
      const [row] = await db.query('SELECT cursor, state FROM sluice.checkpoints WHERE name = $1', [name])
      return row && checkpointOf(row)
    },
    async saveCheckpoint(name, expected, next, units) {
      const save = savingAs(name, expected, next, units?.fence)
      if (!units || units.records.size === 0) return await save(db.query)
      const { rolloutId } = units
      const texts = unitTexts(units.records)
      const keys = texts.map(([unit]) => unit)
      const records = texts.map(([, record]) => record)
      return await db.transaction(async (query) => {
        const isSaved = await save(query)
        if (isSaved) await query(upsertUnits, [rolloutId, keys, records])
        return isSaved
      })
    },
    async setAside(name, expected, { fresh, forget } = {}) {
      const document = fresh && checkpointText(name, fresh)
      return await db.transaction(async (query) => {
        const moved = await query(remove, [name, expected])
        if (moved.length === 0) return false
        await query(upsert, [asideName(name), moved[0]?.cursor, moved[0]?.state])
        if (fresh) await query(upsert, [name, fresh.cursor, document])
        if (forget !== undefined) await query('DELETE FROM sluice.units WHERE rollout_id = $1', [forget])
        return true
      })
    },
    async memories() {
      return (await db.query(remembered)).map(({ id }) => String(id))
    },
    async forgetMemory(rolloutId) {
      return await db.queryInStretches(forgetSome, [rolloutId])
    },
    async units(rolloutId, keys) {
      const rows = await db.query('SELECT unit, record FROM sluice.units WHERE rollout_id = $1 AND unit = ANY ($2)', [
        rolloutId,
        keys,
      ])
      return new Map(db.damaged.readable(rows, unitOf, rowOf.unit))
    },
  }
}

function savingAs(name: string, expected: number, next: Checkpoint, fence: Fence | undefined) {
  const { cursor } = next
  const document = checkpointText(name, next)
  return async (query: Query): Promise<boolean> => {
    const values = [name, cursor, document, fence?.name ?? null, fence?.number ?? null]
    const written = expected === -1 ? await query(insert, values) : await query(update, [...values, expected])
    return written.length === 1
  }
}
