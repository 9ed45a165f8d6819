import { type AuditRow, type ReleaseDocument, releaseDocumentSchema } from '../../records/audit-row.ts'

/** A row of the log that says what everybody gets, before and after it. */
export interface ReleaseRow {
  row: AuditRow
  before: ReleaseDocument
  after: ReleaseDocument
}

/** Undefined of a row that changes nothing of a release, such as a publication or an announcement. */
export function releaseRow(row: AuditRow): ReleaseRow | undefined {
  if (!/^(?:active|rollout)\./.test(row.action)) return undefined
  const before = releaseDocumentSchema.safeParse(row.before).data
  const after = releaseDocumentSchema.safeParse(row.after).data
  return before && after && { row, before, after }
}

/**
 * The version that the row takes back from everybody or from the canary's users; undefined where it takes back none.
 */
export function takenBackBy({ row, before, after }: ReleaseRow): { from: string; to: string } | undefined {
  const { action } = row
  if (after.active === null) return undefined
  if (action === 'active.rollBack')
    return before.active === null ? undefined : { from: before.active, to: after.active }
  if (action !== 'rollout.rollBack' || !after.rollout) return undefined
  // An aborted canary was no fault: then its incumbent is what was taken back.
  const from = after.rollout.state === 'rolledBack' ? after.rollout.canary : after.rollout.incumbent
  return { from, to: after.active }
}
