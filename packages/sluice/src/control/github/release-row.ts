import { z } from 'zod'
import type { AuditRow } from '../../records/audit-row.ts'

const rolloutSchema = z.looseObject({
  id: z.string(),
  /** How it ended, else paused, else why it holds, else running. */
  state: z.string(),
  incumbent: z.string(),
  canary: z.string(),
  stage: z.int(),
  ppm: z.number(),
  strength: z.string().optional(),
  why: z.string().optional(),
})

const documentSchema = z.looseObject({ active: z.string().nullable(), rollout: rolloutSchema.nullable() })

/** A rollout as a row of the log has it. */
export type LoggedRollout = z.output<typeof rolloutSchema>

/** A row of the log that says what everybody gets, before and after it. */
export interface ReleaseRow {
  row: AuditRow
  before: z.output<typeof documentSchema>
  after: z.output<typeof documentSchema>
}

/** Undefined of a row that changes nothing of a release, such as a publication or an announcement. */
export function releaseRow(row: AuditRow): ReleaseRow | undefined {
  if (!/^(?:active|rollout)\./.test(row.action)) return undefined
  const before = documentSchema.safeParse(row.before).data
  const after = documentSchema.safeParse(row.after).data
  return before && after && { row, before, after }
}

const ends = ['promoted', 'rolledBack', 'aborted', 'superseded']

/** Whether a logged rollout is over. */
export function isOver({ state }: Pick<LoggedRollout, 'state'>): boolean {
  return ends.includes(state)
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
