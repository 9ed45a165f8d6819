import { inQuietHours } from '../release/quiet-hours.ts'
import { hasEnded, type Rollout } from '../release/rollout.ts'
import type { Decision } from './assessment.ts'

/** What the evidence amounts to. */
export interface Findings {
  mismatched: boolean
  /** One arm is judged more often than it should be. */
  unevenlyJudged: boolean
  /** The evidence against the canary, as far as it does not rest on one token of several, has reached 1/alpha. */
  worse: boolean
  /** The arms have not matched, or were judged unevenly, for longer than is waited. */
  frozenTooLong: boolean
  /** The stage has been watched for its soak time. */
  soaked: boolean
  /** By the clock it would be over; it has not been watched for so long, and is not now. */
  unwatched: boolean
  /** What some tokens report speaks against the canary, and others do not bear it out. */
  disputed: boolean
  /** Data without which the stage cannot be left. */
  lacking: readonly string[]
  /** Signals for which a drop beyond the margin is not ruled out. */
  unproven: readonly string[]
}

/**
 * What to do now. Evidence against the canary comes first, at any time. A mismatch of the arms freezes the rest, and ends at the
 * incumbent if it lasts. Nothing else happens before the stage was watched for its soak time or without data, and nothing for the
 * better in quiet hours. Stages that end by soak time alone, or by hand, are not ended here, but held where tokens disagree.
 */
export function decide(rollout: Rollout, now: number, findings: Findings): Decision {
  const { settings, stage, startedAt, status } = rollout
  if (hasEnded(rollout)) return { do: 'continue' }
  if (findings.worse) return { do: 'rollBack' }
  if (findings.mismatched || findings.unevenlyJudged) {
    const givesUp = findings.frozenTooLong && status === 'running'
    return givesUp ? { do: 'rollBack' } : { do: 'hold', why: 'sampleRatioMismatch' }
  }
  const { soaked, unwatched } = findings
  const late = now - startedAt > settings.patience
  if (status === 'paused' || !(soaked || unwatched || late)) return { do: 'continue' }
  if (settings.advance !== 'evidence' && findings.disputed && !unwatched) return { do: 'hold', why: 'inconclusive' }
  if (unwatched || findings.lacking.length > 0) return { do: 'hold', why: 'insufficientData' }
  if (settings.advance !== 'evidence') return { do: 'continue' }
  if (soaked && findings.unproven.length === 0) {
    if (inQuietHours(settings.quietHours, now)) return { do: 'continue' }
    return { do: stage + 1 < settings.stages.length ? 'advance' : 'promote' }
  }
  return late ? { do: 'hold', why: 'inconclusive' } : { do: 'continue' }
}
