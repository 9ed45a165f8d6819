import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import { jsonColumn, rowReader } from '../../core/answers/rows.ts'
import type { Mask } from '../../masking/mask.ts'
import {
  type CaseDetail,
  caseDetailSchema,
  type VersionRole,
  versionRoleSchema,
} from '../../records/report/case-detail.ts'
import { writeTogether } from '../../sqlite/open-database.ts'
import { dayMs } from '../../time-units.ts'

/** One case in one repeat, as it was written. */
export interface ResultRow {
  position: number
  role: VersionRole
  repeat: number
  detail: CaseDetail
}

/** The details of a run, on disk, so that a report of any size can be written from constant memory. */
export interface Results {
  add(feature: string, row: ResultRow): void
  /** Rows of one feature by position, then role, then repeat. */
  rows(feature: string): Iterable<ResultRow>
  /** Writes what is still buffered. */
  flush(): void
  /** Marks the run as ended: nothing more is added or read, and later runs may drop its details. */
  end(): void
}

const placeShape = { position: z.int(), role: versionRoleSchema, repeat: z.int() }

/** Of so many runs the details are kept, and as many reports, which are read with them. */
export const runsKept = 20
/** A killed run never says that it ended, so every run counts as ended after this time. */
const longestRunMs = dayMs
/** What waits to be written is bounded in rows and in characters, since a detail may hold a long trajectory. */
const rowsPerWrite = 500
const charactersPerWrite = 4_000_000

/**
 * Starts a run in the store; secrets are masked. The details of all but the last 20 runs are dropped, except those of
 * runs that are still under way. Paid answers are kept.
 */
export function createResults(
  database: ProjectDatabase,
  run: { id: string; command: string; startedAt: number },
  mask?: Mask,
): Results {
  writeTogether(database, () => {
    database
      .prepare(
        `DELETE FROM runs WHERE id NOT IN (SELECT id FROM runs ORDER BY started_at DESC LIMIT ?)
           AND (ended_at IS NOT NULL OR started_at < ?)`,
      )
      .run(runsKept - 1, run.startedAt - longestRunMs)
    database
      .prepare('INSERT INTO runs (id, command, started_at) VALUES (?, ?, ?)')
      .run(run.id, run.command, run.startedAt)
  })
  const insert = database.prepare(
    'INSERT OR REPLACE INTO results (run_id, feature, arm, position, repeat, detail) VALUES (?, ?, ?, ?, ?, ?)',
  )
  let buffer: { feature: string; row: Omit<ResultRow, 'detail'>; detail: string }[] = []
  let characters = 0
  const flush = () => {
    if (buffer.length === 0) return
    writeTogether(database, () => {
      for (const { feature, row, detail } of buffer) {
        insert.run(run.id, feature, row.role, row.position, row.repeat, detail)
      }
    })
    buffer = []
    characters = 0
  }
  return {
    add(feature, { detail: result, ...row }) {
      const detail = JSON.stringify(withoutSecrets(result, mask))
      buffer.push({ feature, row, detail })
      characters += detail.length
      if (buffer.length >= rowsPerWrite || characters >= charactersPerWrite) flush()
    },
    *rows(feature) {
      flush()
      yield* keptRows(database, run.id, feature)
    },
    flush,
    end() {
      try {
        database.prepare('UPDATE runs SET ended_at = ? WHERE id = ?').run(Date.now(), run.id)
      } catch {
        // A failure here changes no verdict: the details are then kept for a day.
      }
    },
  }
}

/**
 * What is kept of one feature's results in a run, by position, then role, then repeat; none of a run that was dropped.
 */
export function keptRows(database: ProjectDatabase, runId: string, feature: string): Generator<ResultRow> {
  return keptParts(database, { runId, feature, part: caseDetailSchema })
}

/** A kept result with a part of its detail. */
export type ResultPart<T> = Omit<ResultRow, 'detail'> & { detail: T }

/** The same with so much of each detail as `part` has, which is picked of the schema of a detail. */
export function* keptParts<T>(
  database: ProjectDatabase,
  { runId, feature, part }: { runId: string; feature: string; part: z.ZodType<T> },
): Generator<ResultPart<T>> {
  const select = database.prepare(
    'SELECT position, arm AS role, repeat, detail FROM results WHERE run_id = ? AND feature = ? ORDER BY position, arm, repeat',
  )
  const read = rowReader(database, 'results', z.object({ ...placeShape, detail: jsonColumn(part) }))
  for (const row of select.iterate(runId, feature)) yield read(row)
}

/** Masks secrets in a detail. It already has its scores: what is masked here is only shown. */
function withoutSecrets(detail: CaseDetail, mask: Mask | undefined): CaseDetail {
  const safe = mask?.data(detail) ?? detail
  const scored = ({ output, trace, exchanges }: CaseDetail) => ({ output, trace, exchanges })
  const isSame = isDeepStrictEqual(scored(safe), scored(detail))
  return isSame ? safe : { ...safe, outputMasked: true }
}
