import type { FeatureState, TakenBack } from '../../records/feature.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { lastGood, withActive, withRolledBack } from './activation.ts'
import { ReleaseConflict } from './release-conflict.ts'
import type { Attribution, ReleaseEvent } from './release-event.ts'
import { hasEnded } from './rollout-state.ts'
import { advanced, ended, excluding, held, paused, refusePaused, resumed, started } from './rollout-step.ts'

type EventOf<Type extends ReleaseEvent['type']> = Extract<ReleaseEvent, { type: Type }>

/**
 * What a feature becomes by an event. Pure; the revision is left to the store. Whether a version exists and has
 * passed the gate is for the caller to check.
 * @throws ReleaseConflict where the state does not allow the event
 */
export function transition(state: FeatureState, event: ReleaseEvent, attribution: Attribution): FeatureState {
  switch (event.type) {
    case 'activate':
      return { ...activate(state, event, attribution), takenBack: null }
    case 'rollBack':
      return rollBack(state, event, attribution)
    case 'start':
      return { ...start(state, event, attribution), takenBack: null }
    case 'promote':
      return { ...promote(state, event, attribution), takenBack: null }
    case 'advance':
      return { ...state, rollout: advanced(running(state, event), attribution, event.stage) }
    case 'hold':
      return { ...state, rollout: held(running(state, event), event.why) }
    case 'exclude':
      return { ...state, rollout: excluding(running(state, event), event) }
    case 'pause':
      return { ...state, rollout: paused(running(state, event), attribution) }
    case 'resume':
      return { ...state, rollout: resumed(running(state, event), attribution) }
    case 'abort':
      return abort(state, event, attribution)
    default:
      return event satisfies never
  }
}

/** The rollout that is running or paused. */
export function runningRollout({ rollout }: FeatureState): Rollout | undefined {
  return rollout && !hasEnded(rollout) ? rollout : undefined
}

function running(state: FeatureState, { rolloutId }: { rolloutId?: string }): Rollout {
  const rollout = runningRollout(state)
  if (rolloutId !== undefined && rolloutId !== rollout?.id)
    throw new ReleaseConflict(
      'other-rollout',
      `rollout ${rolloutId} of ${state.feature} has ended${howEnded(state, rolloutId)}`,
    )
  if (!rollout) throw new ReleaseConflict('no-rollout', `no rollout of ${state.feature} is running`)
  return rollout
}

/** `: promoted by sluice at 2026-11-24T08:59:03.000Z (better by 0.03)` */
function howEnded({ rollout, pastRollouts }: FeatureState, id: string): string {
  const found = [...pastRollouts, ...(rollout ? [rollout] : [])].find((one) => one.id === id)
  if (!found?.ending || found.endedAt === null) return ''
  const how = found.status === 'rolledBack' ? 'rolled back' : found.status
  return `: ${how} by ${found.ending.by} at ${timeOf(found.endedAt)} (${found.ending.reason})`
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function activate(state: FeatureState, { version }: EventOf<'activate'>, { at }: Attribution): FeatureState {
  const rollout = runningRollout(state)
  if (rollout)
    throw new ReleaseConflict(
      'rollout-running',
      `rollout ${rollout.id} of ${state.feature} is running: promote, abort or roll it back first`,
    )
  if (version === state.active)
    throw new ReleaseConflict('same-version', `${version} already is the active version of ${state.feature}`)
  return withActive(state, version, { at, ended: 'replaced', promoted: false })
}

function start(state: FeatureState, event: EventOf<'start'>, attribution: Attribution): FeatureState {
  const { feature, active, revision } = state
  if (active === null)
    throw new ReleaseConflict('nothing-active', `${feature} has no active version to compare with: activate one first`)
  if (event.canary === active)
    throw new ReleaseConflict('same-version', `${active} already is the active version of ${feature}`)
  const before = runningRollout(state)
  if (before && !event.supersede)
    throw new ReleaseConflict('rollout-running', `rollout ${before.id} of ${feature} is running: end or supersede it`)
  return {
    ...state,
    rollout: started(event, { feature, incumbent: active, revision }, attribution),
    pastRollouts: pastWith(state, event.rolloutId, attribution),
  }
}

const remembered = 10

/** The rollouts before the one that starts; one that is still running ends as superseded. */
function pastWith({ rollout, pastRollouts }: FeatureState, by: string, attribution: Attribution): Rollout[] {
  if (!rollout) return pastRollouts
  const reason = `superseded by ${by}`
  const last = hasEnded(rollout) ? rollout : ended(rollout, 'superseded', attribution, { reason })
  return [...pastRollouts, last].slice(-remembered)
}

function abort(state: FeatureState, event: EventOf<'abort'>, { at, by }: Attribution): FeatureState {
  const rollout = ended(running(state, event), 'aborted', { at, by }, event)
  // Whoever rolls back at the same moment means the canary as well.
  return { ...state, rollout, takenBack: { version: rollout.canary, at, by, reason: event.reason } }
}

function promote(state: FeatureState, event: EventOf<'promote'>, attribution: Attribution): FeatureState {
  const rollout = running(state, event)
  refusePaused(rollout)
  const next = withActive(state, rollout.canary, { at: attribution.at, ended: 'replaced', promoted: true })
  return { ...next, rollout: ended(rollout, 'promoted', attribution, event, event.strength ?? 'manual') }
}

function rollBack(state: FeatureState, event: EventOf<'rollBack'>, attribution: Attribution): FeatureState {
  const rollout = event.rolloutId === undefined ? runningRollout(state) : running(state, event)
  const { from, to } = event
  const { active } = state
  if (from !== undefined && from !== active && from !== rollout?.canary) throw notServed(state, from)
  const takenBack = (version: string): TakenBack => ({
    version,
    at: attribution.at,
    by: attribution.by,
    reason: event.reason,
  })
  if (!rollout) {
    if (from === undefined && to === undefined) refuseRepetition(state)
    return { ...leaveActive(state, to, attribution), takenBack: takenBack(active ?? '') }
  }
  // The incumbent itself is the bad one: its canary ends unjudged.
  if (from !== undefined && from === active) {
    const alone = { ...state, rollout: ended(rollout, 'aborted', attribution, event) }
    return { ...leaveActive(alone, to, attribution), takenBack: takenBack(from) }
  }
  const { canary, incumbent } = rollout
  const withoutCanary = withRolledBack({ ...state, rollout: ended(rollout, 'rolledBack', attribution, event) }, canary)
  if ((to ?? incumbent) === incumbent) return { ...withoutCanary, takenBack: takenBack(canary) }
  return { ...leaveActive(withoutCanary, to, attribution), takenBack: takenBack(incumbent) }
}

function notServed(state: FeatureState, version: string): ReleaseConflict {
  const { feature, active, takenBack } = state
  const why = takenBack?.version === version ? `: ${takenBackText(takenBack)}` : ''
  const served = active === null ? 'nothing is active' : `everybody gets ${active}`
  return new ReleaseConflict('not-served', `${version} of ${feature} is not served any more${why}; ${served}`)
}

/** A rollback that names nothing means the one thing that was to be seen: after another rollback that is gone. */
function refuseRepetition({ feature, active, takenBack }: FeatureState): void {
  if (!takenBack || active === null) return
  throw new ReleaseConflict(
    'already-rolled-back',
    `there is nothing left to take back of ${feature}: ${takenBackText(takenBack)}, and everybody gets ${active}. If that one is bad as well, name it (from, --from ${active}), or name where to go (to, --to)`,
  )
}

function takenBackText({ version, at, by, reason }: TakenBack): string {
  return `${by} took back ${version} at ${timeOf(at)} (${reason})`
}

function leaveActive(state: FeatureState, to: string | undefined, { at }: Attribution): FeatureState {
  const { feature, active } = state
  if (active === null) throw new ReleaseConflict('nothing-active', `${feature} has no active version`)
  if (to === active) throw new ReleaseConflict('same-version', `${to} already is the active version of ${feature}`)
  if (to !== undefined && state.rolledBack.includes(to))
    throw new ReleaseConflict('rolled-back-version', `${to} was itself rolled back: to use it anyway, activate it`)
  const target = to ?? lastGood(state)
  if (target === undefined)
    throw new ReleaseConflict(
      'no-good-version',
      `${feature} has no earlier version that was good: name where to go (to, --to), or activate another version`,
    )
  return withActive(withRolledBack(state, active), target, { at, ended: 'rolledBack', promoted: false })
}
