import type { Hold, Rollout } from '../../records/rollout.ts'
import type { RolloutSettings } from '../../records/rollout-settings.ts'

/** What a rollout is called where one word must do: its end, else paused, else why it holds, else running. */
export type RolloutState = Rollout['status'] | Hold

export function rolloutState({ status, hold }: Rollout): RolloutState {
  return status === 'running' ? (hold ?? 'running') : status
}

/** For how long it has run until `now`, pauses left out, in ms. */
export function runningMs({ startedAt, pausedMs, pausedBeforeMs = 0, pausedAt }: Rollout, now: number): number {
  return (pausedAt ?? now) - startedAt - pausedMs - pausedBeforeMs
}

/** What becomes of it at the end of its patience. Who started it before one could choose was promised that it is held. */
export function onUndecided({ settings }: Pick<Rollout, 'settings'>): RolloutSettings['onUndecided'] {
  return (settings as Partial<RolloutSettings>).onUndecided ?? 'hold'
}

export function hasEnded({ status }: Pick<Rollout, 'status'>): boolean {
  return status !== 'running' && status !== 'paused'
}

/** The canary's share now, in ppm. */
export function sharePpm({ settings, stage }: Rollout): number {
  return settings.stages[stage]?.ppm ?? 0
}
