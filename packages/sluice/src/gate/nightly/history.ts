import { z } from 'zod'
import { openExistingDatabase, type ProjectDatabase } from '../../core/answers/project-database.ts'
import { jsonColumn, partOfJson, rowReader } from '../../core/answers/rows.ts'
import type { Mask } from '../../masking/mask.ts'
import type { PastNight } from '../../records/past-night.ts'
import { writeTogether } from '../../sqlite/open-database.ts'
import { type NightRecord, nightRecordSchema, type Sentinel, sentinelSchema } from './night-record.ts'

const nightsKept = 120

const nightRow = z.object({ record: jsonColumn(nightRecordSchema) })
const versionSchema = nightRecordSchema.pick({ version: true })
const sentinelRow = z.object({ record: jsonColumn(sentinelSchema) })

/** The nights of every feature and the answers that are kept for comparison, in the store. */
export interface NightHistory {
  /** The latest nights before `night`, at most `limit`, oldest first. */
  before(feature: string, night: string, limit: number): NightRecord[]
  /** Kept answers by case id, of exactly this version and judge. */
  sentinels(feature: string, version: string, judge: string): Map<string, Sentinel>
  /**
   * Writes a night and the answers to keep from it, all or nothing. Nights beyond the last 120 are deleted, and so are
   * answers of versions that none of them ran.
   */
  save(record: NightRecord, sentinels: readonly Sentinel[]): void
  /** All nights and kept answers, in a fixed order. */
  all(): Iterable<NightRecord | Sentinel>
  /**
   * Adds records of another history. Of two runs of a night the later counts, of two kept answers the earlier. Returns
   * how many were new.
   */
  merge(records: readonly (NightRecord | Sentinel)[]): number
}

/** Opens the history in the store. Secrets are masked in what is written. */
export function createHistory(database: ProjectDatabase, mask?: Mask): NightHistory {
  const selectBefore = database.prepare(
    'SELECT record FROM nights WHERE feature = ? AND night < ? ORDER BY night DESC LIMIT ?',
  )
  const selectNight = database.prepare('SELECT record FROM nights WHERE feature = ? AND night = ?')
  const selectNights = database.prepare('SELECT record FROM nights ORDER BY feature, night')
  const putNight = database.prepare('INSERT OR REPLACE INTO nights (feature, night, record) VALUES (?, ?, ?)')
  const dropNights = database.prepare(
    'DELETE FROM nights WHERE feature = ?1 AND night NOT IN (SELECT night FROM nights WHERE feature = ?1 ORDER BY night DESC LIMIT ?2)',
  )
  const selectVersions = database.prepare(`SELECT ${partOfJson('record', versionSchema)} FROM nights WHERE feature = ?`)
  const dropSentinels = database.prepare(
    `DELETE FROM sentinels WHERE feature = ?1
     AND version NOT IN (SELECT value FROM json_each(?2))`,
  )
  const selectKept = database.prepare('SELECT record FROM sentinels WHERE feature = ? AND version = ? AND judge = ?')
  const selectOne = database.prepare(
    'SELECT record FROM sentinels WHERE feature = ? AND version = ? AND judge = ? AND case_id = ?',
  )
  const selectSentinels = database.prepare('SELECT record FROM sentinels ORDER BY feature, version, judge, case_id')
  const putSentinel = database.prepare(
    'INSERT OR REPLACE INTO sentinels (feature, version, judge, case_id, record) VALUES (?, ?, ?, ?, ?)',
  )
  const nightIn = rowReader(database, 'nights', nightRow)
  const sentinelIn = rowReader(database, 'sentinels', sentinelRow)
  const versionIn = rowReader(database, 'nights', z.object({ record: jsonColumn(versionSchema) }))
  const nightOfRow = (row: unknown) => nightIn(row).record
  const sentinelOfRow = (row: unknown) => sentinelIn(row).record
  const write = (given: NightRecord | Sentinel) => {
    const record = mask?.data(given) ?? given
    if (record.kind === 'night') putNight.run(record.feature, record.night, JSON.stringify(record))
    else putSentinel.run(record.feature, record.version, record.judge, record.case, JSON.stringify(record))
  }
  const known = (record: NightRecord | Sentinel): NightRecord | Sentinel | undefined => {
    if (record.kind === 'night') {
      const row = selectNight.get(record.feature, record.night)
      return row && nightOfRow(row)
    }
    const row = selectOne.get(record.feature, record.version, record.judge, record.case)
    return row && sentinelOfRow(row)
  }
  return {
    before: (feature, night, limit) => selectBefore.all(feature, night, limit).map(nightOfRow).reverse(),
    sentinels(feature, version, judge) {
      const kept = selectKept.all(feature, version, judge).map(sentinelOfRow)
      return new Map(kept.map((sentinel) => [sentinel.case, sentinel]))
    },
    save: (record, sentinels) =>
      writeTogether(database, () => {
        write(record)
        for (const sentinel of sentinels) write(sentinel)
        dropNights.run(record.feature, nightsKept)
        const versions = new Set(selectVersions.all(record.feature).map((row) => versionIn(row).record.version))
        dropSentinels.run(record.feature, JSON.stringify([...versions]))
      }),
    *all() {
      for (const row of selectNights.iterate()) yield nightOfRow(row)
      for (const row of selectSentinels.iterate()) yield sentinelOfRow(row)
    },
    merge(records) {
      let added = 0
      writeTogether(database, () => {
        for (const record of records) {
          if (!replaces(record, known(record))) continue
          write(record)
          added += 1
        }
      })
      return added
    },
  }
}

function replaces(record: NightRecord | Sentinel, known: NightRecord | Sentinel | undefined): boolean {
  if (!known) return true
  if (record.kind === 'night')
    return known.kind === 'night' && Date.parse(record.startedAt) > Date.parse(known.startedAt)
  return record.night < known.night
}

/** What is shown of a night, without its cases, which are most of a record. */
const shownSchema = nightRecordSchema.pick({
  ...{ startedAt: true, version: true, verdict: true, reasons: true, score: true, costUsd: true, unpricedCalls: true },
})
const shownRow = z.object({ record: jsonColumn(shownSchema) })

/** Opens the history of the project in a folder. `nightsOf` reads the latest nights of a feature, the oldest first. */
export function openNights(root: string): {
  nightsOf(feature: string, limit: number): PastNight[]
  close(): void
} {
  const database = openExistingDatabase(root)
  if (!database) return { nightsOf: () => [], close: () => undefined }
  const latest = database.prepare(
    `SELECT ${partOfJson('record', shownSchema)} FROM nights WHERE feature = ? ORDER BY night DESC LIMIT ?`,
  )
  const shownIn = rowReader(database, 'nights', shownRow)
  return {
    nightsOf: (feature, limit) =>
      latest
        .all(feature, limit)
        .map((row) => pastNight(shownIn(row).record))
        .reverse(),
    close: () => database.close(),
  }
}

function pastNight({ startedAt, reasons, score, ...rest }: z.output<typeof shownSchema>): PastNight {
  const { mean, ciLow, ciHigh } = score
  const codes = reasons.map(({ code }) => code)
  return { ...rest, at: Date.parse(startedAt), codes, score: { mean, ciLow, ciHigh } }
}
