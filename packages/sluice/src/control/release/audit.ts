import { type AuditRow, type ReleaseDocument, readAuditDocument } from '../../records/audit-row.ts'
import type { FeatureState } from '../../records/feature.ts'
import type { ReleaseEvent } from './release-event.ts'
import { type LoggedChange, takenBackBy } from './release-row.ts'
import { rolloutState, sharePpm } from './rollout-state.ts'
import { runningRollout } from './transition.ts'

/** The chain of what belongs to no feature: changes of tokens, of rules and of environments. */
export const systemChain = '_system'

/** What the log calls an event that happens to `before`. */
export function auditAction(before: FeatureState, event: ReleaseEvent): string {
  if (event.type === 'activate') return 'active.set'
  // The canary ends too where the active version is taken back, and nothing is said against it.
  if (event.type === 'rollBack' && (!runningRollout(before) || event.from === before.active)) return 'active.rollBack'
  return `rollout.${event.type}`
}

export function auditDocument({ active, rollout }: FeatureState): ReleaseDocument {
  if (!rollout) return { active, rollout: null }
  const { id, incumbent, canary, stage, override, excluded, strength, ending } = rollout
  const state = rolloutState(rollout)
  const known = { id, state, incumbent, canary, stage, ppm: sharePpm(rollout), override }
  const end = { ...(strength && { strength }), ...(ending?.why && { why: ending.why }) }
  return { active, rollout: { ...known, ...(excluded && { excluded }), ...end } }
}

/** The controller of a control plane acts in this name, without a token. */
export function byController({ actor, tokenId }: AuditRow): boolean {
  return actor === 'sluice' && tokenId === null
}

const done: Record<string, string> = {
  'active.set': 'activated',
  'active.rollBack': 'rolled back the active version',
  'rollout.start': 'started the canary',
  'rollout.advance': 'advanced the canary',
  'rollout.hold': 'held the canary',
  'rollout.pause': 'paused the canary',
  'rollout.resume': 'resumed the canary',
  'rollout.promote': 'promoted the canary',
  'rollout.rollBack': 'rolled back the canary',
  'rollout.abort': 'aborted the canary',
  'rollout.exclude': 'changed whose reports count',
  'rollout.alert': 'raised an alert',
  'rollout.stuck': 'called for a person',
  'version.publish': 'published a version',
  'version.settings': 'changed settings of a version',
  'version.report': 'published a newer gate report',
  'drift.alarm': 'noticed drift in production',
  'drift.reset': 'restarted the drift watch',
  'judge.budget': 'stopped judging for today',
  'unit.forget': 'deleted what was stored about a user',
  'token.seed': 'made the first token',
  'token.create': 'made a token',
  'token.revoke': 'revoked a token',
  'token.end-sessions': 'signed out everywhere',
  'approval.propose': 'proposed a release',
  'approval.approve': 'approved a release',
  'approval.reject': 'rejected a release',
  'approval.withdraw': 'withdrew a proposal',
  'approval.lapse': 'ended a proposal that did not hold any more',
  'approval.break-glass': 'made a release without approval',
  'approval.review': 'reviewed a release without approval',
  'approval.rules': 'read other rules for approvals',
}

/** What was done, in words: `rolled back the canary`; an unknown action as it is called. */
export function actionText(row: LoggedChange): string {
  const { action } = row
  return done[takenBackBy(row)?.isCanary === false ? 'active.rollBack' : action] ?? action
}

/** The version that a change is about: the one that it takes back, else the canary, else what everybody gets. */
export function changedVersion(row: LoggedChange): string | null {
  const { active, rollout } = readAuditDocument(row.after)
  const given = row.action.startsWith('rollout.') ? rollout?.canary : active
  return takenBackBy(row)?.from ?? given ?? null
}

const unprovenWords: Readonly<Record<string, string>> = { weak: 'weakly', time: 'by time alone' }

/** How the controller promoted where nothing was proven; undefined where it did not, or by a proof. */
export function unprovenText({ action, after }: Pick<AuditRow, 'action' | 'after'>): string | undefined {
  return action === 'rollout.promote' ? unprovenWords[readAuditDocument(after).rollout?.strength ?? ''] : undefined
}

/**
 * One change of a feature as the log has it: `ann activated caba45f45ec6 at 2026-11-24T08:59:03.000Z (first release)`.
 * What the controller gives as its reason may name who reports, which not everybody who is told of a change may know.
 */
export function changeText(row: AuditRow): string {
  const { actor, at, reason } = row
  const which = changedVersion(row)
  const version = which ? ` ${which}` : ''
  const why = reason === null || byController(row) ? '' : ` (${reason})`
  const unproven = unprovenText(row)
  const how = unproven === undefined ? '' : ` ${unproven}`
  return `${actor} ${actionText(row)}${version}${how} at ${new Date(at).toISOString()}${why}`
}
