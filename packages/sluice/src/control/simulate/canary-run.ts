import type { PromotionStrength, RollbackCause, Rollout } from '../../records/rollout.ts'

/** How a simulated canary went. Times in ms since the start. */
export interface CanaryRun {
  /** `inconclusive`: still running, and said so itself; `undecided`: still running otherwise. */
  end: 'rolledBack' | 'promoted' | 'inconclusive' | 'undecided'
  /** What a promotion rests on; null without one. */
  strength: PromotionStrength | null
  /** Why it was rolled back; null where it was not. */
  why: RollbackCause | null
  /** When it ended, or was left. */
  at: number
  /** Requests by then, of both arms. */
  requests: number
  /** Requests that the canary had answered by then, since it began to differ or, if it never does, from the start. */
  canaryRequests: number
  /** Whether the cost alert was raised. */
  costAlert: boolean
}

/** How a rollout has ended, or been left. */
export function endOf({ status, hold, strength, ending }: Rollout): Pick<CanaryRun, 'end' | 'strength' | 'why'> {
  if (status === 'promoted') return { end: status, strength: strength ?? 'strong', why: null }
  if (status === 'rolledBack') return { end: status, strength: null, why: ending?.why ?? 'evidence' }
  return { end: hold === 'inconclusive' ? 'inconclusive' : 'undecided', strength: null, why: null }
}
