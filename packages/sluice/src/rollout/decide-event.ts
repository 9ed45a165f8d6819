import { dueBySoak } from '../release/due.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import type { Hold, Rollout } from '../release/rollout.ts'
import type { Assessment } from './assessment.ts'
import { isOverdue, isSoaked } from './soak.ts'

/**
 * What the controller lets happen to a rollout on an assessment; undefined where nothing is to change. A rollback needs
 * no leave: neither a pause nor `advance: manual` stops it.
 */
export function eventOf(rollout: Rollout, assessment: Assessment, now: number): ReleaseEvent | undefined {
  const { decision, words } = assessment
  const about = { rolloutId: rollout.id, reason: words, evidence: assessment }
  if (decision.do === 'rollBack') return { type: 'rollBack', ...about }
  if (rollout.status === 'paused') return undefined
  const next = rollout.settings.advance === 'evidence' ? byEvidence(assessment) : bySoak(rollout, assessment, now)
  if (next === 'promote') return { type: 'promote', ...about }
  if (next === 'advance') return { type: 'advance', stage: rollout.stage, ...about }
  return next.why === rollout.hold ? undefined : { type: 'hold', why: next.why, ...about }
}

type Next = 'advance' | 'promote' | { why: Hold | null }

function byEvidence({ decision }: Assessment): Next {
  if (decision.do === 'advance' || decision.do === 'promote') return decision.do
  return { why: decision.do === 'hold' ? decision.why : null }
}

/** Time may be enough to widen a share, but nobody is promoted whom too few users have met. */
function bySoak(rollout: Rollout, { decision, canary, soak }: Assessment, now: number): Next {
  // Arms that do not match, and tokens that disagree: time alone settles neither.
  if (decision.do === 'hold' && decision.why !== 'insufficientData') return { why: decision.why }
  const due = dueBySoak({ ...rollout, hold: null }, now, isSoaked(rollout, soak))
  if (rollout.settings.advance === 'soak' && due === null && isOverdue(rollout, now) && !soak.counting)
    return { why: 'insufficientData' }
  if (due === 'promote' && canary.users < rollout.settings.minUsers) return { why: 'insufficientData' }
  return due ?? { why: null }
}
