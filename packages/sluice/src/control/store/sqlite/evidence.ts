import { setImmediate as turn } from 'node:timers/promises'
import type { EvidenceStore, UnitRecord } from '../evidence-store.ts'
import { forgettingOfRollout } from '../forget-store.ts'
import { rowOf } from '../rows/damaged-rows.ts'
import {
  asideName,
  checkpointOf,
  checkpointText,
  summaryName,
  summaryText,
  unitOf,
  unitTexts,
} from '../rows/evidence-row.ts'
import type { SqliteConnection } from './connection.ts'
import { forgottenIn, remembered } from './forgetting.ts'

const upsertUnit = 'INSERT OR REPLACE INTO units (rollout_id, unit, record) VALUES (?, ?, ?)'
const upsertCheckpoint = 'INSERT OR REPLACE INTO checkpoints (name, cursor, state) VALUES (?, ?, ?)'
const deleteCheckpoint = 'DELETE FROM checkpoints WHERE name = ?'
const selectSummary = `SELECT told.cursor, told.state FROM checkpoints told, checkpoints kept
  WHERE told.name = ? AND kept.name = ? AND kept.cursor = told.cursor`
const copyCheckpoint = `INSERT OR REPLACE INTO checkpoints (name, cursor, state)
  SELECT ?, cursor, state FROM checkpoints WHERE name = ?`

const forgetSome = `DELETE FROM units WHERE rollout_id = ? AND
  unit IN (SELECT unit FROM units WHERE rollout_id = ? ORDER BY unit LIMIT ?)`

const selectUnits = 'SELECT unit, record FROM units WHERE rollout_id = ? AND unit IN (SELECT value FROM json_each(?))'

/** Checkpoints of many rollouts come in turns one after the other: so many turns share a transaction. */
const patience = 8

/** Users that are read at a time, so that other work of the process runs in between. */
const stretch = 500

export function sqliteEvidence(db: SqliteConnection, lastFence: (name: string) => number): EvidenceStore {
  return {
    checkpoint: (name, known) =>
      db.read(() => {
        const row = db.first('SELECT cursor, state FROM checkpoints WHERE name = ?', name)
        return row && checkpointOf(row, name, known)
      }),
    summary: (name) =>
      db.read(() => {
        const row = db.first(selectSummary, summaryName(name), name)
        return row && checkpointOf(row).state
      }),
    async saveCheckpoint(name, expected, next, units) {
      const { cursor } = next
      const [document, summary] = [checkpointText(name, next), summaryText(next)]
      const records = unitTexts(units?.records)
      records.sort(([a], [b]) => (a < b ? -1 : 1))
      const saved = await db.write(
        () => {
          if (cursorOf(db, name) !== expected) return false
          if (units?.fence && units.fence.number !== lastFence(units.fence.name)) return false
          db.run(upsertCheckpoint, name, cursor, document)
          if (summary === null) db.run(deleteCheckpoint, summaryName(name))
          else db.run(upsertCheckpoint, summaryName(name), cursor, summary)
          if (!units) return true
          const isForgotten = forgottenIn(db)
          const scope = forgettingOfRollout(units.rolloutId)
          for (const [unit, record] of records)
            if (!isForgotten(unit, scope)) db.run(upsertUnit, units.rolloutId, unit, record)
          return true
        },
        { patience },
      )
      if (saved) next.known?.keep(name, { cursor, text: document }, next.state)
      return saved
    },
    async setAside(name, expected, { fresh, forget } = {}) {
      const document = fresh && checkpointText(name, fresh)
      return await db.write(() => {
        if (expected < 0 || cursorOf(db, name) !== expected) return false
        db.run(copyCheckpoint, asideName(name), name)
        db.run(deleteCheckpoint, summaryName(name))
        if (document === undefined) db.run(deleteCheckpoint, name)
        else db.run(upsertCheckpoint, name, fresh?.cursor ?? 0, document)
        if (forget !== undefined) db.run('DELETE FROM units WHERE rollout_id = ?', forget)
        return true
      })
    },
    memories: () => db.read(() => db.all(remembered).map(({ id }) => String(id))),
    async forgetMemory(rolloutId) {
      return await db.writeInStretches(forgetSome, [rolloutId, rolloutId])
    },
    async units(rolloutId, keys) {
      const known = new Map<string, UnitRecord>()
      for (let from = 0; from < keys.length; from += stretch) {
        if (from > 0) await turn()
        const some = JSON.stringify(keys.slice(from, from + stretch))
        const rows = await db.read(() => db.all(selectUnits, rolloutId, some))
        for (const [unit, record] of db.damaged.readable(rows, unitOf, rowOf.unit)) known.set(unit, record)
      }
      return known
    },
  }
}

function cursorOf(db: SqliteConnection, name: string): number {
  return Number(db.first('SELECT cursor FROM checkpoints WHERE name = ?', name)?.cursor ?? -1)
}
