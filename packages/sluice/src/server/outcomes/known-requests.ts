import type { OutcomeLog } from '../../store/outcome-log.ts'

/** The requests that feedback is about, by id, as far as it matters whose they are. */
export type KnownRequests = ReadonlyMap<string, { feature: unknown; rolloutId: unknown }>

const longestId = 128

/** The requests that the feedback of a batch names: those of the batch itself, and what the log holds of the others. */
export async function knownRequests(
  log: Pick<OutcomeLog, 'entries'>,
  outcomes: readonly unknown[],
): Promise<KnownRequests> {
  const reports = outcomes.map((outcome) => Object(outcome) as Record<string, unknown>)
  const named = new Set(reports.flatMap(({ kind, of }) => (kind === 'feedback' && isId(of) ? [of] : [])))
  const known = new Map<string, { feature: unknown; rolloutId: unknown }>()
  if (named.size === 0) return known
  for (const { kind, id, feature, rolloutId = null } of reports)
    if (kind !== 'feedback' && isId(id) && named.has(id)) known.set(id, { feature, rolloutId })
  const missing = [...named].filter((id) => !known.has(id))
  if (missing.length === 0) return known
  for (const entry of await log.entries(missing)) if (entry.kind === 'request') known.set(entry.id, entry)
  return known
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestId && !value.includes('\0')
}
