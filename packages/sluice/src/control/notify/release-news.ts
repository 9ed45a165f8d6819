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

/** What others are told of a row of the record; undefined for rows that are nobody else's business. */
export function releaseNews(
  row: AuditRow,
  { project, linkTo }: { project: string; linkTo: (feature: string, rolloutId: string | null) => string | undefined },
): ReleaseNotification | undefined {
  const after = afterSchema.safeParse(row.after).data
  const event = row.action === 'rollout.hold' ? holds.get(after?.rollout?.state ?? '') : events.get(row.action)
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
    facts: [...factsOf(after), `by ${row.actor}`],
    link: linkTo(row.chain, rolloutId),
    time: new Date(row.at).toISOString(),
  }
}

function factsOf(after: z.output<typeof afterSchema> | undefined): string[] {
  const { active, rollout } = after ?? {}
  return [
    ...(rollout?.canary === undefined ? [] : [`canary ${rollout.canary}`]),
    ...(rollout?.ppm === undefined ? [] : [`${rollout.ppm / 10_000} %`]),
    ...(active ? [`active ${active}`] : []),
  ]
}
