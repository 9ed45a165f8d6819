import { type Capture, position } from '@sluice/client'
import { type LiveSettings, ppmPerPercent } from '../../records/rollout/rollout-settings.ts'
import type { VersionRecord } from '../../records/version.ts'

/** Whether answers of a version are judged in production: they are stored, and it has a judge and questions. */
export function isJudgedLive({ live, ...version }: Pick<VersionRecord, 'live' | 'judge' | 'rubric'>): boolean {
  return captureOf(live) !== null && hasJudge(version)
}

/** Whether a version has what it takes to judge its answers. */
export function hasJudge({ judge, rubric }: Pick<VersionRecord, 'judge' | 'rubric'>): boolean {
  return judge !== null && rubric.length > 0
}

/**
 * The requests that send input and output along: those that may be judged, where storing them is allowed at all. Both
 * arms send the same share, so that having sent says nothing of the arm; where one is to be judged less, that is seen
 * to when they arrive.
 */
export function captureOf({ store, judge }: Pick<LiveSettings, 'store' | 'judge'>): Capture | null {
  if (!store) return null
  const share = Math.round(Math.max(judge.percent, judge.canaryPercent ?? 0) * ppmPerPercent)
  return share > 0 ? { incumbent: share, canary: share } : null
}

/** Whether clients send the content of the request with this id, where so large a share of them does. */
export function isCaptured(id: string, ppm: number): boolean {
  return position('sluice.capture', id) < ppm
}
