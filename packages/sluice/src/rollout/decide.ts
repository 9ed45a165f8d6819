import { soakedMs } from '../release/due.ts'
import { inQuietHours } from '../release/quiet-hours.ts'
import { hasEnded, type Rollout } from '../release/rollout.ts'
import type { Decision } from './assessment.ts'

/** What the evidence amounts to. */
export interface Findings {
  mismatched: boolean
  /** One arm is judged more often than it should be. */
  unevenlyJudged: boolean
  /** The combined evidence has reached 1/alpha. */
  worse: boolean
  /** Data without which the stage cannot be left. */
  lacking: readonly string[]
  /** Signals for which a drop beyond the margin is not ruled out. */
  unproven: readonly string[]
}

/**
 * What to do now. A mismatch of the arms freezes everything; evidence against the canary comes next, at any time. Nothing
 * else happens before the soak time is over or without data, and nothing for the better in quiet hours. Stages that end by
 * soak time alone, or by hand, are not ended here.
 */
export function decide(rollout: Rollout, now: number, findings: Findings): Decision {
  const { settings, stage, startedAt, status } = rollout
  if (hasEnded(rollout)) return { do: 'continue' }
  if (findings.mismatched) return { do: 'hold', why: 'sampleRatioMismatch' }
  if (findings.worse) return { do: 'rollBack' }
  if (findings.unevenlyJudged) return { do: 'hold', why: 'sampleRatioMismatch' }
  const soaked = soakedMs(rollout, now) >= (settings.stages[stage]?.soakMs ?? 0)
  const late = now - startedAt > settings.patience
  if (status === 'paused' || !(soaked || late)) return { do: 'continue' }
  if (findings.lacking.length > 0) return { do: 'hold', why: 'insufficientData' }
  if (settings.advance !== 'evidence') return { do: 'continue' }
  if (soaked && findings.unproven.length === 0) {
    if (inQuietHours(settings.quietHours, now)) return { do: 'continue' }
    return { do: stage + 1 < settings.stages.length ? 'advance' : 'promote' }
  }
  return late ? { do: 'hold', why: 'inconclusive' } : { do: 'continue' }
}
