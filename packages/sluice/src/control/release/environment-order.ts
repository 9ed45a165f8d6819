import type { FeatureState } from '../../records/feature.ts'
import type { ReleaseEvent } from './release-event.ts'

/**
 * The version that an event brings anew; undefined where it brings none, or one that everybody had here before and that
 * was not taken back.
 */
export function newVersionOf(state: FeatureState, event: ReleaseEvent): string | undefined {
  const version = releasedBy(event)
  if (version === undefined || version === state.active) return undefined
  const isKnownGood = state.history.some((one) => one.version === version) && !state.rolledBack.includes(version)
  return isKnownGood ? undefined : version
}

/** The version that an event names. */
export function releasedBy(event: ReleaseEvent): string | undefined {
  if (event.type === 'activate') return event.version
  if (event.type === 'start') return event.canary
  return event.type === 'rollBack' ? event.to : undefined
}

/**
 * Why a version may not move on from an environment, as words before "in" and its name; null where it may. It must have
 * been what everybody got, and nothing may have taken it back since.
 */
export function whyNotPassed(state: FeatureState, version: string): string | null {
  const { history, rolledBack, rollout, pastRollouts } = state
  const last = history.findLast((one) => one.version === version)
  if (last?.until === null) return null
  const own = [...pastRollouts, ...(rollout ? [rollout] : [])].filter(({ canary }) => canary === version)
  if (last?.ended === 'rolledBack' || rolledBack.includes(version)) return 'was rolled back'
  const later = own.filter(({ endedAt }) => endedAt !== null && endedAt >= (last?.since ?? 0))
  if (later.some(({ status }) => status === 'rolledBack')) return 'was rolled back'
  if (later.some(({ status }) => status === 'aborted')) return 'was aborted'
  if (last) return null
  return own.some(({ endedAt }) => endedAt === null) ? 'is only being rolled out' : 'was never active'
}
