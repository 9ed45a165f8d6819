import type { ReleaseEventName, ReleaseNotification } from '../../core/notify/release-notification.ts'
import { type Environments, shownKey } from '../../core/suite/config/environments.ts'
import { type AuditDocument, type AuditRow, readAuditDocument } from '../../records/audit-row.ts'
import { isRolloutEnd } from '../../records/rollout/rollout.ts'
import { formatPpm } from '../../text/format.ts'
import { type LoggedChange, takenBackBy } from '../release/release-row.ts'

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
  /** How it was promoted, as people read it; null where it was not. */
  promotion: string | null
}

/** The event of a row of the record; undefined for rows that are nobody else's business. */
export function eventOfRow({ action, after }: Pick<AuditRow, 'action' | 'after'>): ReleaseEventName | undefined {
  if (action !== 'rollout.hold') return events.get(action)
  return holds.get(readAuditDocument(after).rollout?.state ?? '')
}

/**
 * The rollout that a row is about. That the active version was taken back is told of no canary, also where one ended
 * with it; but of the rollout by which this version was promoted.
 */
export function rolloutOfRow(row: LoggedChange): NonNullable<AuditDocument['rollout']> | null {
  const { rollout = null } = readAuditDocument(row.after)
  const taken = takenBackBy(row)
  const isOther = taken && !taken.isCanary && (rollout?.canary !== taken.from || rollout.state !== 'promoted')
  return isOther ? null : rollout
}

/** What others are told of a row of the record. */
export function rowNotification(
  row: AuditRow,
  {
    project,
    linkTo,
    environments = [],
    context = { labels: new Map(), canary: null, details: [], reason: null, promotion: null },
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
  const rollout = rolloutOfRow(row)
  const rolloutId = rollout?.id ?? null
  const proposalId = after.proposal ? (after.id ?? null) : null
  return {
    event,
    project,
    feature: row.chain,
    shownFeature: shownKey(row.chain, environments),
    version: context.labels.get(takenBackBy(row)?.from ?? rollout?.canary ?? context.canary ?? ''),
    rolloutId,
    proposalId,
    seq: row.seq,
    by: row.actor,
    reason: context.reason ?? row.reason ?? `By ${row.actor}.`,
    promotion: context.promotion,
    strength: event === 'promoted' ? (rollout?.strength ?? null) : null,
    why: event === 'rolledBack' ? (rollout?.why ?? null) : null,
    details: [...context.details, ...proposalDetails(event, proposalId, after.proposal)],
    facts: [
      ...factsOf(row, context),
      ...(rolloutId === null ? [] : [`rollout ${rolloutId}`]),
      ...(proposalId === null ? [] : [after.label ?? 'release', `proposal ${proposalId}`]),
      `by ${row.actor}`,
    ],
    link: linkTo(row.chain, proposalId ?? rolloutId),
    time: new Date(row.at).toISOString(),
  }
}

function factsOf(row: LoggedChange, { labels, ...context }: RowContext): string[] {
  const { active } = readAuditDocument(row.after)
  const rollout = rolloutOfRow(row)
  const canary = rollout?.canary ?? context.canary
  const isOver = isRolloutEnd(rollout?.state)
  const named = (id: string) => (labels.has(id) ? `${labels.get(id)} (${id})` : id)
  return [
    ...activeTakenBack(row, named),
    ...(canary === null ? [] : [`canary ${named(canary)}`]),
    ...(rollout?.ppm === undefined ? [] : [`${isOver ? 'had' : 'has'} ${formatPpm(rollout.ppm)} of the users`]),
    ...(active ? [`everybody${isOver || !rollout ? '' : ' else'} gets ${named(active)}`] : []),
  ]
}

/** What everybody had until it was taken back, and the canary that ended with it. */
function activeTakenBack(row: LoggedChange, named: (id: string) => string): string[] {
  const taken = takenBackBy(row)
  const { active, rollout } = readAuditDocument(row.before)
  if (!taken || !active || active === taken.to) return []
  const ended = taken.isCanary || isRolloutEnd(rollout?.state) ? undefined : rollout?.canary
  return [`took back ${named(active)}`, ...(ended === undefined ? [] : [`ended the canary ${named(ended)}`])]
}

/** What a release would bring or brings, and the next command. */
function proposalDetails(event: ReleaseEventName, id: string | null, proposal: AuditDocument['proposal']): string[] {
  if (event === 'proposed') return [...(proposal?.does ?? []), `Next: sluice approve ${id}`]
  if (event === 'unapproved') return [...(proposal?.does ?? []), `Next: sluice approvals review ${id} --reason WHY`]
  return []
}
