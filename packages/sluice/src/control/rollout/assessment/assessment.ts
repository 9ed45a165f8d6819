import type {
  ArmSummary,
  Figures,
  OnlySourceShare,
  PlaceShare,
  TokenShare,
} from '../../../records/rollout/assessment.ts'
import type { Hold, ProofStrength, RollbackCause } from '../../../records/rollout/rollout.ts'
import type { PlaceKind } from '../evidence/places.ts'
import type { Soak } from './soak.ts'

/** What the evidence calls for now. `hold` keeps the stage; nothing is ever promoted or rolled back without data. */
export type Decision =
  | { do: 'continue' }
  /** `refused`: why the rule for the undecided has not let it be promoted weakly. It is asked once. */
  | { do: 'hold'; why: Hold; refused?: readonly string[] }
  | { do: 'advance' }
  | { do: 'promote'; strength: ProofStrength }
  | { do: 'rollBack'; why: RollbackCause }

/** An assessment of a running rollout is made anew at least every minute. */
export const oldMs = 150_000

/** The clocks of the replicas may differ by so much. */
const clocksApartMs = 60_000

/**
 * Whether what was last assessed then tells of the past only. Of what is stamped ahead of `now` nobody knows how old it
 * is: a clock was set back since, and as long as it takes to catch up nothing would look old.
 */
export function isOld(assessedAt: number, now: number): boolean {
  const age = now - assessedAt
  return age > oldMs || age < -clocksApartMs
}

/** One signal's part in the decision. */
export interface SignalEvidence {
  signal: string
  /** Share of the error budget. */
  weight: number
  /** Log of the e-value against "the canary is no worse"; null without data. */
  logE: number | null
  /** Log of the e-value against "the canary is worse than the margin"; null where no promotion depends on it. */
  logENonInferior: number | null
  /** Canary minus incumbent. */
  difference: number | null
}

/** The decision with everything that it rests on, as it is stored, shown and replayed. */
export interface Assessment {
  decision: Decision
  /** In one or two plain sentences. */
  words: string
  /** Combined log e-value; rolls back at log(1/alpha). */
  logE: number
  threshold: number
  /** min(1, exp(-max logE)): valid at every time of looking. */
  anytimeP: number
  /** Bound on the chance that a canary that is no worse is ever rolled back. */
  alpha: number
  signals: SignalEvidence[]
  incumbent: ArmSummary
  canary: ArmSummary
  /** Id of the judge whose scores count; null before the first score. Older assessments do not say it. */
  judgeId?: string | null
  /** Display interval of the score difference; null while there are too few users. */
  interval: { low: number; high: number } | null
  /** logBF of a sample-ratio mismatch, of the token where it is greatest. */
  mismatch: { logBayesFactor: number; blocked: boolean; wrongArms: number }
  /** Who has reported how much, the most first. */
  tokens: TokenShare[]
  /** From which processes and addresses; the largest. */
  places: Record<PlaceKind, PlaceShare[]>
  /**
   * On whose word alone the evidence against the canary rests; null where it is not enough to roll back, or several say
   * the same.
   */
  accuser: OnlySourceShare | null
  soak: Soak
  /** What it says, in numbers. */
  figures: Figures
  /** What is to be told without a change: cost, or evidence on its way. */
  alerts: { code: string; message: string }[]
  /** Entries that could not count, by reason. */
  ignored: Record<string, number>
  /** Seq of the last log entry in it. */
  cursor: number
}

/** Whether anything is known of both arms: without that the evidence is that of nothing. */
export function hasData({ canary, incumbent }: Pick<Assessment, 'canary' | 'incumbent'>): boolean {
  return canary.users > 0 && incumbent.users > 0
}

/**
 * From this part of what rolls back on evidence is worth a look; whole, it speaks against the canary, whoever disputes
 * it.
 */
const suspiciousShare = 1 / 4

/** How much the evidence of all signals together says against the canary. */
export function evidenceLevel({ logE, threshold }: Pick<Assessment, 'logE' | 'threshold'>): 'none' | 'some' | 'enough' {
  if (logE >= threshold) return 'enough'
  return logE >= threshold + Math.log(suspiciousShare) ? 'some' : 'none'
}
