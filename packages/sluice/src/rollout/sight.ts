import type { RolloutSettings } from '../suite/rollout-settings.ts'
import type { Admitted } from './admit.ts'
import type { Evidence } from './evidence.ts'
import type { Testimony } from './testimony.ts'

/** One entry's place in the rollout, and what it is added to. */
export interface Sight extends Admitted {
  /** Changed in place. */
  evidence: Evidence
  /** What bets and limits go by: `evidence` itself, or a state that several workers have in common. */
  known: Evidence
  settings: RolloutSettings
  /** Index of the token that reported the entry. */
  source: number
  /** What that token has said, changed in place. */
  testimony: Testimony
}
