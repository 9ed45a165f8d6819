import type { ReleaseEventName, ReleaseNotification } from '../../core/notify/release-notification.ts'
import { type Environments, shownKey } from '../../core/suite/config/environments.ts'
import { type AuditDocument, type AuditRow, readAuditDocument } from '../../records/audit-row.ts'
import { isRolloutEnd } from '../../records/rollout/rollout.ts'
import { formatPpm } from '../../text/format.ts'

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
  ['approval.propose', 'proposed'],
  ['approval.reject', 'rejected'],
  ['approval.lapse', 'lapsed'],
  ['approval.break-glass', 'unapproved'],
  ['approval.review', 'reviewed'],
  ['revert.opened', 'revert'],
  ['revert.refused', 'revert'],
])

/** Holds that call somebody: arms that do not match, and a decision that only a person can make. */
const holds = new Map<string, ReleaseEventName>([
  ['sampleRatioMismatch', 'stuck'],
  ['inconclusive', 'stuck'],
])

/** What the row does not hold itself. */
export interface RowContext {
  /** What versions are called, by their ids. */
  labels: ReadonlyMap<string, string>
  /** The version on trial in the rollout that it is about; null: not known, or it is about none. */
  canary: string | null
  /** What else whoever is called should know, a sentence each. */
  details: readonly string[]
  /** The reason of the row, with names where it has ids alone; null: as it stands there. */
  reason: string | null
}

/** The event of a row of the record; undefined for rows that are nobody else's business. */
export function eventOfRow({ action, after }: Pick<AuditRow, 'action' | 'after'>): ReleaseEventName | undefined {
  if (action !== 'rollout.hold') return events.get(action)
  return holds.get(readAuditDocument(after).rollout?.state ?? '')
}

/** What others are told of a row of the record. */
export function rowNotification(
  row: AuditRow,
  {
    project,
    linkTo,
    environments = [],
    context = { labels: new Map(), canary: null, details: [], reason: null },
  }: {
    project: string
    environments?: Environments
    /** The page of a rollout or proposal by its id, else of the feature. */
    linkTo: (feature: string, id: string | null) => string | undefined
    context?: RowContext
  },
): ReleaseNotification | undefined {
  const after = readAuditDocument(row.after)
  const event = eventOfRow(row)
  if (!event) return undefined
  const rolloutId = after.rollout?.id ?? null
  const proposalId = after.proposal ? (after.id ?? null) : null
  return {
    event,
    project,
    feature: row.chain,
    shownFeature: shownKey(row.chain, environments),
    version: versionLabel(after, context),
    rolloutId,
    proposalId,
    seq: row.seq,
    by: row.actor,
    reason: context.reason ?? row.reason ?? `By ${row.actor}.`,
    strength: event === 'promoted' ? (after.rollout?.strength ?? null) : null,
    why: event === 'rolledBack' ? (after.rollout?.why ?? null) : null,
    details: [...context.details, ...proposalDetails(event, proposalId, after.proposal)],
    facts: [
      ...factsOf(after, context),
      ...(rolloutId === null ? [] : [`rollout ${rolloutId}`]),
      ...(proposalId === null ? [] : [after.label ?? 'release', `proposal ${proposalId}`]),
      `by ${row.actor}`,
    ],
    link: linkTo(row.chain, proposalId ?? rolloutId),
    time: new Date(row.at).toISOString(),
  }
}

/** What the version on trial is called; an id would tell nobody anything in a title. */
function versionLabel({ rollout }: AuditDocument, { labels, canary }: RowContext): string | undefined {
  return labels.get(rollout?.canary ?? canary ?? '')
}

function factsOf({ active, rollout }: AuditDocument, { labels, ...context }: RowContext): string[] {
  const canary = rollout?.canary ?? context.canary
  const isOver = isRolloutEnd(rollout?.state)
  const named = (id: string) => (labels.has(id) ? `${labels.get(id)} (${id})` : id)
  return [
    ...(canary === null ? [] : [`canary ${named(canary)}`]),
    ...(rollout?.ppm === undefined ? [] : [`${isOver ? 'had' : 'has'} ${formatPpm(rollout.ppm)} of the users`]),
    ...(active ? [`everybody${isOver || !rollout ? '' : ' else'} gets ${named(active)}`] : []),
  ]
}

/** What a release would bring or brings, and the next command. */
function proposalDetails(event: ReleaseEventName, id: string | null, proposal: AuditDocument['proposal']): string[] {
  if (event === 'proposed') return [...(proposal?.does ?? []), `Next: sluice approve ${id}`]
  if (event === 'unapproved') return [...(proposal?.does ?? []), `Next: sluice approvals review ${id} --reason WHY`]
  return []
}
