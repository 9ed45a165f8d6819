import type { AuditRow, ReleaseDocument } from '../../records/audit-row.ts'
import { isRolloutEnd } from '../../records/rollout/rollout.ts'
import { releaseRow } from './release-row.ts'

/** Places in the log of a feature. */
interface RolloutSpan {
  /** Null where the row that starts the rollout is not among those that were read. */
  first: number | null
  /** Null where it has not ended, or the row that ends it is not among those that were read. */
  last: number | null
}

/**
 * From which row to which a rollout goes on. The order of the log tells it, and not the times in it: a clock may have
 * been set back since, and those of two replicas may be hours apart.
 */
export function rolloutSpan(rows: readonly AuditRow[], id: string): RolloutSpan {
  const goesOn = ({ rollout }: ReleaseDocument) => rollout?.id === id && !isRolloutEnd(rollout.state)
  const span: RolloutSpan = { first: null, last: null }
  for (const row of rows) {
    const change = releaseRow(row)
    if (!change) continue
    const [before, after] = [goesOn(change.before), goesOn(change.after)]
    if (after && !before) span.first = row.seq
    if (before && !after) span.last = row.seq
  }
  return span
}

/** The rows while a rollout goes on, of the newest rows of its feature in their order. */
export function rolloutRows(
  rows: readonly AuditRow[],
  { id, endedAt }: { id: string; endedAt: number | null },
): AuditRow[] {
  const { first, last } = rolloutSpan(rows, id)
  // Where one has ended and neither its start nor its end is among them, all of them are newer.
  if (endedAt !== null && first === null && last === null) return []
  return rows.filter(({ seq }) => (first === null || seq >= first) && (last === null || seq <= last))
}
