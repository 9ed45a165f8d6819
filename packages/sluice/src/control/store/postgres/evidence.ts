import type { EvidenceStore } from '../evidence-store.ts'
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
import type { PostgresConnection, PostgresRow } from './connection.ts'
import { isForgotten } from './forgetting.ts'
import { joinedReads } from './joined-reads.ts'
import { asLines, lines } from './json-texts.ts'

/** SQL: the lease `$4` still has the holder number `$5`. True if `$4` is null. */
const leads = '($4::text IS NULL OR $5::bigint = (SELECT fence FROM sluice.leases WHERE name = $4))'
/** For the first checkpoint of a name, when the expected cursor is -1. */
const insert = `INSERT INTO sluice.checkpoints (name, cursor, state) SELECT $1, $2, $3 WHERE $6::bigint = -1 AND ${leads}
  ON CONFLICT (name) DO NOTHING RETURNING cursor`
const update = `UPDATE sluice.checkpoints SET cursor = $2, state = $3
  WHERE name = $1 AND cursor = $6 AND ${leads} RETURNING cursor`
/** What it tells others is written with it, or deleted. */
const withSummary = (save: string) => `WITH saved AS (${save}), told AS (
    INSERT INTO sluice.checkpoints (name, cursor, state) SELECT $7, cursor, $8 FROM saved WHERE $8::text IS NOT NULL
    ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, state = excluded.state), untold AS (
    DELETE FROM sluice.checkpoints USING saved WHERE name = $7 AND $8::text IS NULL)`
const select = 'SELECT name, cursor, state FROM sluice.checkpoints WHERE name = ANY ($1)'
const selectSummaries = `SELECT kept.name, told.cursor, told.state
  FROM unnest($1::text[], $2::text[]) AS asked (name, summary)
  JOIN sluice.checkpoints kept ON kept.name = asked.name
  JOIN sluice.checkpoints told ON told.name = asked.summary AND told.cursor = kept.cursor`
const remove = 'DELETE FROM sluice.checkpoints WHERE name = $1 AND cursor = $2 RETURNING cursor, state'
const upsert = `INSERT INTO sluice.checkpoints (name, cursor, state) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, state = excluded.state`
/** Writes the units if `save` writes its checkpoint. */
const withUnits = (save: string) => `${withSummary(save)}, remembered AS (
    INSERT INTO sluice.units (rollout_id, unit, record)
    SELECT $9, unit, record FROM unnest($10::text[], ${lines('$11')}) AS changed (unit, record), saved
    WHERE NOT ${isForgotten('changed.unit', "'r:' || $9")} ORDER BY unit
    ON CONFLICT (rollout_id, unit) DO UPDATE SET record = excluded.record)
  SELECT cursor FROM saved`
const alone = (save: string) => `${withSummary(save)} SELECT cursor FROM saved`
const saveFirstAlone = alone(insert)
const saveNextAlone = alone(update)
const saveFirst = withUnits(insert)
const saveNext = withUnits(update)

/** Finds the distinct rollouts with one index lookup for each. */
const remembered = `WITH RECURSIVE rollouts (id) AS (SELECT min(rollout_id) FROM sluice.units UNION ALL
  SELECT (SELECT min(rollout_id) FROM sluice.units WHERE rollout_id > id) FROM rollouts WHERE id IS NOT NULL)
  SELECT id FROM rollouts WHERE id IS NOT NULL`
const forgetSome = `DELETE FROM sluice.units WHERE rollout_id = $1 AND
  unit IN (SELECT unit FROM sluice.units WHERE rollout_id = $1 ORDER BY unit LIMIT $2) RETURNING unit`

export function postgresEvidence(db: PostgresConnection): EvidenceStore {
  const checkpoints = joinedReads(async (names) => byName(await db.query(select, [names])))
  const summaries = joinedReads(async (names) =>
    byName(await db.query(selectSummaries, [names, names.map(summaryName)])),
  )
  return {
    async checkpoint(name, known) {
      const row = await checkpoints(name)
      return row && checkpointOf(row, name, known)
    },
    async summary(name) {
      const row = await summaries(name)
      return row && checkpointOf(row).state
    },
    async saveCheckpoint(name, expected, next, units) {
      const { name: lead = null, number: fence = null } = units?.fence ?? {}
      const summary = [summaryName(name), summaryText(next)]
      const document = checkpointText(name, next)
      const checkpoint = [name, next.cursor, document, lead, fence, expected, ...summary]
      const isFirst = expected === -1
      const saved = (rows: readonly unknown[]) => {
        if (rows.length === 1) next.known?.keep(name, { cursor: next.cursor, text: document }, next.state)
        return rows.length === 1
      }
      if (!units || units.records.size === 0)
        return saved(await db.query(isFirst ? saveFirstAlone : saveNextAlone, checkpoint))
      const texts = unitTexts(units.records)
      const keys = texts.map(([unit]) => unit)
      const records = asLines(texts.map(([, record]) => record))
      const save = isFirst ? saveFirst : saveNext
      return saved(await db.query(save, [...checkpoint, units.rolloutId, keys, records]))
    },
    async setAside(name, expected, { fresh, forget } = {}) {
      const document = fresh && checkpointText(name, fresh)
      return await db.transaction(async (query) => {
        const moved = await query(remove, [name, expected])
        if (moved.length === 0) return false
        await query(upsert, [asideName(name), moved[0]?.cursor, moved[0]?.state])
        await query('DELETE FROM sluice.checkpoints WHERE name = $1', [summaryName(name)])
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

function byName(rows: readonly PostgresRow[]): Map<string, PostgresRow> {
  return new Map(rows.map((row) => [String(row.name), row]))
}
