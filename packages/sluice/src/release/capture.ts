import type { Capture } from '@sluice/client'
import type { LiveSettings } from '../suite/rollout-settings.ts'

const ppmPerPercent = 10_000

/** The requests that send input and output along: those to be judged, where storing them is allowed at all. */
export function captureOf({ store, judge }: LiveSettings): Capture | null {
  if (!store) return null
  const incumbent = Math.round(judge.percent * ppmPerPercent)
  const canary = Math.round((judge.canaryPercent ?? judge.percent) * ppmPerPercent)
  return incumbent + canary > 0 ? { incumbent, canary } : null
}
