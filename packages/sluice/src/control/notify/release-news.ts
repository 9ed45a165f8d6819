import { z } from 'zod'
import type { ReleaseEventName, ReleaseNotification } from '../../core/notify/release-notification.ts'
import type { AuditRow } from '../../records/audit-row.ts'

const events = new Map<string, ReleaseEventName>([
  ['rollout.start', 'started'],
  ['rollout.advance', 'advanced'],
  ['rollout.alert', 'alert'],
  ['rollout.stuck', 'stuck'],
  ['rollout.promote', 'promoted'],
  ['rollout.rollBack', 'rolledBack'],
  ['active.rollBack', 'rolledBack'],
  ['rollout.abort', 'aborted'],
  ['drift.alarm', 'drift'],
  ['drift.reset', 'drift'],
  ['judge.budget', 'judge'],
])

/** Holds that call somebody: arms that do not match, and a decision that only a person can make. */
const holds = new Map<string, ReleaseEventName>([
  ['sampleRatioMismatch', 'stuck'],
  ['inconclusive', 'stuck'],
])

const rolloutSchema = z.looseObject({
  id: z.string(),
  state: z.string().optional(),
  canary: z.string().optional(),
  ppm: z.number().optional(),
  strength: z.string().optional(),
  why: z.string().optional(),
})
const afterSchema = z.looseObject({ active: z.string().nullish(), rollout: rolloutSchema.nullish() })

/** What the row does not hold itself. */
export interface NewsContext {
  /** What versions are called, by their ids. */
  labels: ReadonlyMap<string, string>
  /** What else whoever is called should know, a sentence each. */
  details: readonly string[]
}

/** The event of a row of the record; undefined for rows that are nobody else's business. */
export function newsEvent({ action, after }: Pick<AuditRow, 'action' | 'after'>): ReleaseEventName | undefined {
  if (action !== 'rollout.hold') return events.get(action)
  return holds.get(afterSchema.safeParse(after).data?.rollout?.state ?? '')
}

/** What others are told of a row of the record. */
export function releaseNews(
  row: AuditRow,
  {
    project,
    linkTo,
    context = { labels: new Map(), details: [] },
  }: {
    project: string
    linkTo: (feature: string, rolloutId: string | null) => string | undefined
    context?: NewsContext
  },
): ReleaseNotification | undefined {
  const after = afterSchema.safeParse(row.after).data
  const event = newsEvent(row)
  if (!event) return undefined
  const rolloutId = after?.rollout?.id ?? null
  return {
    event,
    project,
    feature: row.chain,
    rolloutId,
    seq: row.seq,
    by: row.actor,
    reason: row.reason ?? `By ${row.actor}.`,
    strength: event === 'promoted' ? (after?.rollout?.strength ?? null) : null,
    why: event === 'rolledBack' ? (after?.rollout?.why ?? null) : null,
    details: context.details,
    facts: [
      ...factsOf(after, context.labels),
      ...(rolloutId === null ? [] : [`rollout ${rolloutId}`]),
      `by ${row.actor}`,
    ],
    link: linkTo(row.chain, rolloutId),
    time: new Date(row.at).toISOString(),
  }
}

function factsOf(after: z.output<typeof afterSchema> | undefined, labels: ReadonlyMap<string, string>): string[] {
  const { active, rollout } = after ?? {}
  const named = (id: string) => (labels.has(id) ? `${labels.get(id)} (${id})` : id)
  return [
    ...(rollout?.canary === undefined ? [] : [`canary ${named(rollout.canary)}`]),
    ...(rollout?.ppm === undefined ? [] : [`${rollout.ppm / 10_000} %`]),
    ...(active ? [`active ${named(active)}`] : []),
  ]
}
