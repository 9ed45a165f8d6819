import { type AuditRow, readAuditDocument } from '../../records/audit-row.ts'
import { formatPpm } from '../../text/format.ts'
import { unprovenText } from '../release/audit.ts'
import { timeText } from './moments.ts'

/** The log, a line for each row: number, time, who, what, to what, why. */
export function auditText(rows: readonly AuditRow[]): string {
  const width = (of: (row: AuditRow) => string) => Math.max(...rows.map((row) => of(row).length), 0)
  const actors = width(({ actor }) => actor)
  const actions = width(({ action }) => action)
  const numbers = width(({ seq }) => String(seq))
  const labels = publishedLabels(rows)
  const subjectOf = (row: AuditRow) => auditSubject(row, labels)
  const subjects = width(subjectOf)
  const lines = rows.map((row) => {
    const { seq, at, actor, action, reason } = row
    const what = `${action.padEnd(actions)}  ${subjectOf(row).padEnd(subjects)}`
    return `${String(seq).padStart(numbers)}  ${timeText(at)}  ${actor.padEnd(actors)}  ${what}  ${reason ?? ''}`
  })
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** The labels of versions by their ids, as far as these rows tell of their publishing. */
function publishedLabels(rows: readonly AuditRow[]): Map<string, string> {
  const published = rows
    .filter(({ action }) => action === 'version.publish')
    .map(({ after }) => readAuditDocument(after))
  return new Map(published.flatMap(({ id, label }): [string, string][] => (id && label ? [[id, label]] : [])))
}

/** The versions that a row is about, by their ids. */
export function auditedVersions({ before, after }: Pick<AuditRow, 'before' | 'after'>): string[] {
  return [before, after].flatMap((state) => {
    const { active, rollout } = readAuditDocument(state)
    return [active, rollout?.incumbent, rollout?.canary].flatMap((id) => id ?? [])
  })
}

/**
 * `1.0 (caba45f45ec6) -> 1.1 (c84f5641b4d1)` where the active version changed, else what the row is about.
 *
 * @param labels of versions by their ids, where they are known
 */
export function auditSubject({ action, ...row }: AuditRow, labels: ReadonlyMap<string, string>): string {
  const [before, after] = [readAuditDocument(row.before), readAuditDocument(row.after)]
  const { rollout, id, label, name } = after
  const named = (version: string) => (labels.has(version) ? `${labels.get(version)} (${version})` : version)
  if (after.active && after.active !== before.active) {
    const unproven = unprovenText({ action, after: row.after })
    return `${before.active ? named(before.active) : 'nothing'} -> ${named(after.active)}${unproven === undefined ? '' : `, ${unproven}`}`
  }
  if (action === 'rollout.exclude' && rollout)
    return excludedText(before.rollout?.excluded ?? [], rollout.excluded ?? [])
  const { canary, incumbent, ppm } = rollout ?? {}
  if (action.startsWith('rollout.') && canary !== undefined && incumbent !== undefined && ppm !== undefined)
    return `${named(canary)} against ${named(incumbent)}, ${formatPpm(ppm)}${rollout?.why === 'undecided' ? ', undecided' : ''}`
  const called = label ?? name
  return [...(called ? [called] : []), ...(id ? [called ? `(${id})` : id] : [])].join(' ')
}

function excludedText(before: readonly string[], after: readonly string[]): string {
  const left = after.filter((token) => !before.includes(token)).map((token) => `without ${token}`)
  const back = before.filter((token) => !after.includes(token)).map((token) => `with ${token} again`)
  return [...left, ...back].join(', ')
}
