import { createHash } from 'node:crypto'
import type { ChannelMessage } from './message.ts'

/** What is told about a feature's releases. `drift`: what is in production moved without a release. */
export type ReleaseEventName =
  | 'started'
  | 'advanced'
  | 'alert'
  | 'stuck'
  | 'promoted'
  | 'rolledBack'
  | 'aborted'
  | 'drift'
  | 'judge'
  | 'proposed'
  | 'rejected'
  | 'lapsed'
  | 'unapproved'
  | 'reviewed'
  | 'revert'

/** The part of an audit row that channels are told. */
export interface ReleaseNotification {
  event: ReleaseEventName
  /** Which project this is, e.g. `acme/mail`. */
  project: string
  /** Its key: the same event in another environment is another one. */
  feature: string
  /** The feature as people read it, with its environment; the key by default. */
  shownFeature?: string
  /** What people call the version that it is about; none by default. */
  version?: string | undefined
  /** The rollout that it is about; null where it is about none. */
  rolloutId: string | null
  /** The proposal that it is about, likewise; none by default. */
  proposalId?: string | null
  /** The number of the audit row: the same row is the same event. */
  seq: number
  /** Whoever did it; `sluice` for the controller. */
  by: string
  /** The reason in plain words, with the evidence. */
  reason: string
  /** What else should be known, a sentence each; none by default. */
  details?: readonly string[]
  /** How a promotion came about, e.g. `promoted by hand`; none where nothing was promoted. */
  promotion?: string | null
  /** The strength of a promotion: with `weak` nothing is proven. Null where nothing was promoted. */
  strength: string | null
  /** The cause of an automatic rollback, e.g. `evidence`; with `undecided` nothing is proven. Null otherwise. */
  why: string | null
  /** Facts in a few words each, e.g. `5 % of the users`. */
  facts: readonly string[]
  link?: string | undefined
  /** ISO 8601. */
  time: string
}

const labels: Record<ReleaseEventName, string> = {
  started: 'Rollout started',
  advanced: 'Rollout advanced',
  alert: 'Rollout alert',
  stuck: 'Rollout stuck',
  promoted: 'Version promoted',
  rolledBack: 'Rolled back',
  aborted: 'Rollout aborted',
  drift: 'Drift in production',
  judge: 'Judging stopped',
  proposed: 'Approval needed',
  rejected: 'Proposal rejected',
  lapsed: 'Proposal lapsed',
  unapproved: 'Released without approval',
  reviewed: 'Release reviewed',
  revert: 'Revert of the default branch',
}
const undecided = 'Rolled back undecided'
const types: Record<ReleaseEventName, string> = {
  started: 'sluice.rollout.started',
  advanced: 'sluice.rollout.advanced',
  alert: 'sluice.rollout.alert',
  stuck: 'sluice.rollout.stuck',
  promoted: 'sluice.rollout.promoted',
  rolledBack: 'sluice.rollout.rolled_back',
  aborted: 'sluice.rollout.aborted',
  drift: 'sluice.drift.alarm',
  judge: 'sluice.judge.stopped',
  proposed: 'sluice.approval.needed',
  rejected: 'sluice.approval.rejected',
  lapsed: 'sluice.approval.lapsed',
  unapproved: 'sluice.approval.bypassed',
  reviewed: 'sluice.approval.reviewed',
  revert: 'sluice.revert.proposed',
}
const alarms: Partial<Record<ReleaseEventName, 'trigger' | 'resolve'>> = {
  stuck: 'trigger',
  rolledBack: 'trigger',
  drift: 'trigger',
  unapproved: 'trigger',
  reviewed: 'resolve',
  promoted: 'resolve',
  aborted: 'resolve',
}

/** The message about a release. */
export function releaseMessage(notification: ReleaseNotification): ChannelMessage {
  const { event, project, feature, rolloutId, seq, by, reason, facts, link, time } = notification
  const { strength, why, details = [], proposalId = null, shownFeature = feature, version } = notification
  const { promotion = null } = notification
  const what = version === undefined ? shownFeature : `${shownFeature} ${version}`
  const label = promotion === null ? (why === 'undecided' ? undecided : labels[event]) : `Version ${promotion}`
  return {
    label,
    title: `${what} (${project}): ${label.toLowerCase()}`,
    details: [reason, ...details],
    facts,
    project,
    feature: shownFeature,
    link: link === undefined ? undefined : { href: link, text: 'details' },
    time,
    id: `msg_${hash([project, feature, String(seq)]).slice(0, 24)}`,
    dedupKey: `sluice-release/${hash([project, feature, proposalId ?? rolloutId ?? event])}`,
    alarm: alarms[event] ?? null,
    severity: event === 'stuck' || event === 'unapproved' ? 'warning' : 'error',
    source: 'sluice release',
    code: event,
    type: types[event],
    data: {
      rollout: rolloutId,
      ...(proposalId !== null && { proposal: proposalId }),
      ...{ seq, by, reason, details, facts, strength, why },
    },
  }
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
