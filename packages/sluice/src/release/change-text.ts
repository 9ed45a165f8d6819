import type { AuditRow } from './audit.ts'

/** The controller of a control plane acts in this name, without a token. */
export function byController({ actor, tokenId }: AuditRow): boolean {
  return actor === 'sluice' && tokenId === null
}

const done: Record<string, string> = {
  'active.set': 'activated',
  'active.rollBack': 'rolled back to',
  'rollout.start': 'started the canary',
  'rollout.advance': 'advanced the canary',
  'rollout.hold': 'held the canary',
  'rollout.pause': 'paused the canary',
  'rollout.resume': 'resumed the canary',
  'rollout.promote': 'promoted the canary',
  'rollout.rollBack': 'rolled back the canary',
  'rollout.abort': 'aborted the canary',
}

/** One change of a feature as the log has it: `ann activated caba45f45ec6 at 2026-11-24T08:59:03.000Z (first release)` */
export function changeText({ actor, action, after, at, reason }: AuditRow): string {
  const state = (after ?? {}) as { active?: unknown; rollout?: { canary?: unknown; strength?: unknown } | null }
  const which = action.startsWith('rollout.') ? state.rollout?.canary : state.active
  const version = typeof which === 'string' ? ` ${which}` : ''
  const why = reason === null ? '' : ` (${reason})`
  const weakly = action === 'rollout.promote' && state.rollout?.strength === 'weak' ? ' weakly' : ''
  return `${actor} ${done[action] ?? action}${version}${weakly} at ${new Date(at).toISOString()}${why}`
}
