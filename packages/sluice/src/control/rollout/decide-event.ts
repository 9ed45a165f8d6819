import type { ReleaseEvent } from '../release/release-event.ts'
import type { Rollout } from '../release/rollout.ts'
import type { Assessment } from './assessment.ts'

/**
 * What the controller makes of a decision; undefined where nothing is to change. A rollback needs no leave: neither a pause nor
 * `advance: manual` stops it.
 */
export function eventOf(rollout: Rollout, assessment: Assessment): ReleaseEvent | undefined {
  const { decision, words } = assessment
  const about = { rolloutId: rollout.id, reason: words, evidence: assessment }
  if (decision.do === 'rollBack') return { type: 'rollBack', why: decision.why, ...about }
  if (rollout.status === 'paused') return undefined
  if (decision.do === 'promote') return { type: 'promote', strength: decision.strength, ...about }
  if (decision.do === 'advance') return { type: 'advance', stage: rollout.stage, ...about }
  const why = decision.do === 'hold' ? decision.why : null
  return why === rollout.hold ? undefined : { type: 'hold', why, ...about }
}
