import { type AuditRow, type ReleaseDocument, releaseDocumentSchema } from '../../records/audit-row.ts'

/** A row of the log that says what everybody gets, before and after it. */
export interface ReleaseRow {
  row: AuditRow
  before: ReleaseDocument
  after: ReleaseDocument
}

/** What a row says of a change: what was done, from what to what. */
export type LoggedChange = Pick<AuditRow, 'action' | 'before' | 'after'>

/** Undefined of a row that changes nothing of a release, such as a publication or an announcement. */
export function releaseRow(row: AuditRow): ReleaseRow | undefined {
  const documents = releaseDocuments(row)
  return documents && { row, ...documents }
}

function releaseDocuments(row: LoggedChange): Omit<ReleaseRow, 'row'> | undefined {
  if (!/^(?:active|rollout)\./.test(row.action)) return undefined
  const before = releaseDocumentSchema.safeParse(row.before).data
  const after = releaseDocumentSchema.safeParse(row.after).data
  return before && after && { before, after }
}

interface VersionTakenBack {
  from: string
  to: string
  /** The canary's users had it, else everybody. */
  isCanary: boolean
}

/**
 * The version that the row takes back from everybody or from the canary's users; undefined where it takes back none.
 */
export function takenBackBy(row: LoggedChange): VersionTakenBack | undefined {
  const { before, after } = releaseDocuments(row) ?? {}
  if (!before || !after || after.active === null) return undefined
  const { active: to, rollout } = after
  if (row.action === 'active.rollBack')
    return before.active === null ? undefined : { from: before.active, to, isCanary: false }
  if (row.action !== 'rollout.rollBack' || !rollout) return undefined
  // Earlier versions called it so, too, where the incumbent was taken back: that has aborted the canary.
  const isCanary = rollout.state === 'rolledBack'
  return { from: isCanary ? rollout.canary : rollout.incumbent, to, isCanary }
}
