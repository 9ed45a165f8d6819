import { z } from 'zod'
import type { AuditRow } from '../../records/audit-row.ts'
import { timeText } from './moments.ts'

/** The log, a line for each row: number, time, who, what, to what, why. */
export function auditText(rows: readonly AuditRow[]): string {
  const width = (of: (row: AuditRow) => string) => Math.max(...rows.map((row) => of(row).length), 0)
  const actors = width(({ actor }) => actor)
  const actions = width(({ action }) => action)
  const numbers = width(({ seq }) => String(seq))
  const subjects = width(auditSubject)
  const lines = rows.map((row) => {
    const { seq, at, actor, action, reason } = row
    const what = `${action.padEnd(actions)}  ${auditSubject(row).padEnd(subjects)}`
    return `${String(seq).padStart(numbers)}  ${timeText(at)}  ${actor.padEnd(actors)}  ${what}  ${reason ?? ''}`
  })
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** What the commands know of a row's states; a row of another kind or of a newer control plane is shown without. */
const document = z
  .object({
    active: z.string().nullish(),
    rollout: z
      .object({
        incumbent: z.string(),
        canary: z.string(),
        ppm: z.int(),
        excluded: z.array(z.string()).default([]),
        strength: z.string().optional(),
        why: z.string().optional(),
      })
      .nullish(),
    id: z.string().optional(),
    label: z.string().nullish(),
    name: z.string().optional(),
  })
  .catch({})

/** `caba45f45ec6 -> c84f5641b4d1` where the active version changed, else what the row is about. */
export function auditSubject({ action, ...row }: AuditRow): string {
  const [before, after] = [document.parse(row.before ?? {}), document.parse(row.after ?? {})]
  const { rollout, id, label, name } = after
  if (after.active && after.active !== before.active)
    return `${before.active ?? 'nothing'} -> ${after.active}${rollout?.strength === 'weak' ? ', weakly' : ''}`
  if (action === 'rollout.exclude' && rollout) return excludedText(before.rollout?.excluded ?? [], rollout.excluded)
  if (action.startsWith('rollout.') && rollout)
    return `${rollout.canary} against ${rollout.incumbent}, ${rollout.ppm / 10_000} %${rollout.why === 'undecided' ? ', undecided' : ''}`
  const called = label ?? name
  return [...(called ? [called] : []), ...(id ? [called ? `(${id})` : id] : [])].join(' ')
}

function excludedText(before: readonly string[], after: readonly string[]): string {
  const left = after.filter((token) => !before.includes(token)).map((token) => `without ${token}`)
  const back = before.filter((token) => !after.includes(token)).map((token) => `with ${token} again`)
  return [...left, ...back].join(', ')
}
