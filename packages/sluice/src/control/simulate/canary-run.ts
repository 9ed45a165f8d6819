import type { PromotionStrength, RollbackCause, Rollout } from '../../records/rollout/rollout.ts'

/** The result of a simulated canary. Times are in ms since the start. */
export interface CanaryRun {
  /** `inconclusive`: still running, and held as inconclusive; `undecided`: still running otherwise. */
  end: 'rolledBack' | 'promoted' | 'inconclusive' | 'undecided'
  /** How strong the evidence for a promotion was; null without one. */
  strength: PromotionStrength | null
  /** Why it was rolled back; null if it was not. */
  why: RollbackCause | null
  /** When it ended, or the simulation stopped. */
  at: number
  /** Requests of both arms until then. */
  requests: number
  /** Requests that the canary answered until then, since it began to differ; if it never does, from the start. */
  canaryRequests: number
  /** Whether the cost alert was raised. */
  costAlert: boolean
}

/** How a rollout has ended, or its state when the simulation stopped. */
export function endOf({ status, hold, strength, ending }: Rollout): Pick<CanaryRun, 'end' | 'strength' | 'why'> {
  if (status === 'promoted') return { end: status, strength: strength ?? 'strong', why: null }
  if (status === 'rolledBack') return { end: status, strength: null, why: ending?.why ?? 'evidence' }
  return { end: hold === 'inconclusive' ? 'inconclusive' : 'undecided', strength: null, why: null }
}
