import type { AuditRow } from '../release/audit.ts'
import { timeText } from './rollout-text.ts'

/** The log, a line for each row: number, time, who, what, why, and what everybody got from then on. */
export function auditText(rows: readonly AuditRow[]): string {
  const width = (of: (row: AuditRow) => string) => Math.max(...rows.map((row) => of(row).length), 0)
  const actors = width(({ actor }) => actor)
  const actions = width(({ action }) => action)
  const numbers = width(({ seq }) => String(seq))
  const lines = rows.map((row) => {
    const { seq, at, actor, action, reason } = row
    const why = reason === null ? '' : `  ${reason}`
    return `${String(seq).padStart(numbers)}  ${timeText(at)}  ${actor.padEnd(actors)}  ${action.padEnd(actions)}${outcome(row)}${why}`
  })
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** `  caba45f45ec6 -> c84f5641b4d1` where the active version changed. */
function outcome({ before, after }: AuditRow): string {
  const [old, next] = [activeIn(before), activeIn(after)]
  return next !== undefined && next !== old ? `  ${old ?? 'nothing'} -> ${next}` : ''
}

function activeIn(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null || !('active' in document)) return undefined
  return typeof document.active === 'string' ? document.active : undefined
}
