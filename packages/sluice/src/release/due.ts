import { inQuietHours } from './quiet-hours.ts'
import type { Rollout } from './rollout.ts'

/** How long the present stage has lasted by `now`, pauses left out, in ms. Never less than 0. */
export function soakedMs({ enteredAt, pausedMs, pausedAt }: Rollout, now: number): number {
  return Math.max(0, (pausedAt ?? now) - (enteredAt.at(-1) ?? now) - pausedMs)
}

/**
 * What soak time alone leads to where that is how the rollout advances: the next stage, after the last one the
 * promotion, else null. Nothing happens while it is paused or held, or in quiet hours.
 */
export function dueBySoak(rollout: Rollout, now: number): 'advance' | 'promote' | null {
  const { settings, status, hold, stage } = rollout
  const present = settings.stages[stage]
  if (settings.advance !== 'soak' || status !== 'running' || hold !== null || !present) return null
  if (soakedMs(rollout, now) < present.soakMs || inQuietHours(settings.quietHours, now)) return null
  return stage + 1 < settings.stages.length ? 'advance' : 'promote'
}
