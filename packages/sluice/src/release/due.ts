import { inQuietHours } from './quiet-hours.ts'
import type { Rollout } from './rollout.ts'

/**
 * What soak time alone leads to where that is how the rollout advances: the next stage, after the last one the
 * promotion, else null. Nothing happens while it is paused or held, or in quiet hours.
 *
 * @param soaked the present stage has been watched for as long as it should be
 */
export function dueBySoak(rollout: Rollout, now: number, soaked: boolean): 'advance' | 'promote' | null {
  const { settings, status, hold, stage } = rollout
  if (settings.advance !== 'soak' || status !== 'running' || hold !== null) return null
  if (!soaked || inQuietHours(settings.quietHours, now)) return null
  return stage + 1 < settings.stages.length ? 'advance' : 'promote'
}
