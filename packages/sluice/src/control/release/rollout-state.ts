import type { Arm } from '@sluice/client'
import type { Hold, Rollout } from '../../records/rollout/rollout.ts'
import type { RolloutSettings } from '../../records/rollout/rollout-settings.ts'

/** What a rollout is called where one word must do: its end, else paused, else why it holds, else running. */
export type RolloutState = Rollout['status'] | Hold

export function rolloutState({ status, hold }: Rollout): RolloutState {
  return status === 'running' ? (hold ?? 'running') : status
}

/** For how long it has run until `now`, pauses left out, in ms. */
export function runningMs({ startedAt, pausedMs, pausedBeforeMs = 0, pausedAt }: Rollout, now: number): number {
  return (pausedAt ?? now) - startedAt - pausedMs - pausedBeforeMs
}

/** Whether it has run for so long that it is undecided without evidence. */
export function isPatienceOver(rollout: Rollout, now: number): boolean {
  return runningMs(rollout, now) >= rollout.settings.patience
}

/**
 * What becomes of it at the end of its patience; undefined: nothing does, since time or a person leads on. Who started
 * it before one could choose was promised that it is held.
 */
export function onUndecided({ settings }: Pick<Rollout, 'settings'>): RolloutSettings['onUndecided'] | undefined {
  if (settings.advance !== 'evidence') return undefined
  return (settings as Partial<RolloutSettings>).onUndecided ?? 'hold'
}

export function hasEnded({ status }: Pick<Rollout, 'status'>): boolean {
  return status !== 'running' && status !== 'paused'
}

/** The soak times of all stages together, in ms: no evidence ends it as a success before. */
export function soakTimes({ stages }: Pick<RolloutSettings, 'stages'>): number {
  return stages.reduce((sum, { soakMs }) => sum + soakMs, 0)
}

/** The canary's share in a stage, in ppm; 0 of an unknown one. */
export function stagePpm(stages: RolloutSettings['stages'], stage: number): number {
  return stages[stage]?.ppm ?? 0
}

/** The canary's share now, in ppm. */
export function sharePpm({ settings, stage }: Pick<Rollout, 'settings' | 'stage'>): number {
  return stagePpm(settings.stages, stage)
}

/**
 * The arm to which a share routes the unit at this position: what `routeUnit` of the client does, of a position that
 * was logged.
 */
export function armAt(position: number, ppm: number): Arm {
  return position < ppm ? 'canary' : 'incumbent'
}
