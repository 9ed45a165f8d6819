import type { Hold, PromotionStrength, RollbackCause, Rollout, RolloutEnd } from '../../records/rollout/rollout.ts'
import { ReleaseConflict } from './release-conflict.ts'
import type { Attribution, ReleaseEvent } from './release-event.ts'

/**
 * The rollout in its next stage. @throws ReleaseConflict in the last one, while paused, or where it is not in `from`.
 */
export function advanced(rollout: Rollout, { at }: Attribution, from?: number): Rollout {
  refusePaused(rollout)
  const { stage, settings } = rollout
  if (from !== undefined && from !== stage)
    throw new ReleaseConflict('other-stage', `rollout ${rollout.id} is no longer in stage ${from + 1}`)
  if (stage + 1 >= settings.stages.length)
    throw new ReleaseConflict('last-stage', `rollout ${rollout.id} is in its last stage: promote it instead`)
  const pausedBeforeMs = (rollout.pausedBeforeMs ?? 0) + rollout.pausedMs
  return {
    ...rollout,
    stage: stage + 1,
    enteredAt: [...rollout.enteredAt, at],
    pausedMs: 0,
    pausedBeforeMs,
    hold: null,
  }
}

/** @throws ReleaseConflict while paused, or where nothing would change. */
export function held(rollout: Rollout, why: Hold | null): Rollout {
  refusePaused(rollout)
  if (rollout.hold === why) throw new ReleaseConflict('no-change', `rollout ${rollout.id} already says so`)
  return { ...rollout, hold: why }
}

const mostExcluded = 100

/**
 * The rollout without, or with `undo` with, what a token reported. @throws ReleaseConflict where nothing would change,
 * or of too many
 */
export function excluding(rollout: Rollout, { tokenId, undo }: { tokenId: string; undo: boolean }): Rollout {
  const { id, excluded = [] } = rollout
  if (excluded.includes(tokenId) !== undo)
    throw new ReleaseConflict(
      'no-change',
      `the outcomes of ${tokenId} ${undo ? 'count' : 'are left out'} in rollout ${id} already`,
    )
  if (!undo && excluded.length >= mostExcluded)
    throw new ReleaseConflict(
      'too-many-excluded',
      `rollout ${id} leaves out ${mostExcluded} tokens: abort it and start again`,
    )
  return { ...rollout, excluded: undo ? excluded.filter((one) => one !== tokenId) : [...excluded, tokenId] }
}

/** @throws ReleaseConflict where it is paused already. */
export function paused(rollout: Rollout, { at }: Attribution): Rollout {
  refusePaused(rollout)
  return { ...rollout, status: 'paused', pausedAt: at }
}

/** The pause counts into `pausedMs`. @throws ReleaseConflict where it is not paused. */
export function resumed(rollout: Rollout, { at }: Attribution): Rollout {
  if (rollout.pausedAt === null) throw new ReleaseConflict('not-paused', `rollout ${rollout.id} is not paused`)
  const pausedMs = rollout.pausedMs + Math.max(0, at - rollout.pausedAt)
  return { ...rollout, status: 'running', pausedMs, pausedAt: null }
}

/** The rollout as it ended, for good. */
export function ended(
  rollout: Rollout,
  end: RolloutEnd,
  { at, by }: Attribution,
  { reason, evidence = null, why }: { reason: string; evidence?: unknown; why?: RollbackCause | undefined },
  strength: PromotionStrength | null = null,
): Rollout {
  const ending = { by, reason, evidence, ...(why && { why }) }
  return { ...rollout, status: end, pausedAt: null, endedAt: at, ending, strength }
}

/** The rollout as it begins, in its first stage. */
export function started(
  { rolloutId, salt, canary, settings, judgePercent, override }: Extract<ReleaseEvent, { type: 'start' }>,
  { feature, incumbent, revision }: { feature: string; incumbent: string; revision: number },
  { at, by }: Attribution,
): Rollout {
  return {
    id: rolloutId,
    feature,
    incumbent,
    canary,
    algorithm: 'murmur3-x86-32/ppm',
    salt,
    settings,
    ...(judgePercent !== undefined && { judgePercent }),
    stage: 0,
    enteredAt: [at],
    pausedMs: 0,
    pausedBeforeMs: 0,
    pausedAt: null,
    status: 'running',
    hold: null,
    startedAt: at,
    startedBy: by,
    startedAfter: revision,
    override,
    endedAt: null,
    ending: null,
    strength: null,
  }
}

/** Nothing but resuming and ending happens to a paused rollout. @throws ReleaseConflict */
export function refusePaused({ id, status }: Rollout): void {
  if (status === 'paused') throw new ReleaseConflict('paused', `rollout ${id} is paused: resume it first`)
}
