import type { Arm } from '@sluice/client'
import type { Hold, ProofStrength, RollbackCause } from '../../../records/rollout.ts'
import type { PlaceKind } from '../evidence/places.ts'
import type { ArmSummary } from './arm-summary.ts'
import type { OnlySourceShare, PlaceShare } from './place-share.ts'
import type { Soak } from './soak.ts'
import type { TokenShare } from './token-share.ts'

/** What the evidence calls for now. `hold` keeps the stage; nothing is ever promoted or rolled back without data. */
export type Decision =
  | { do: 'continue' }
  /** `refused`: why the rule for the undecided has not let it be promoted weakly. It is asked once. */
  | { do: 'hold'; why: Hold; refused?: readonly string[] }
  | { do: 'advance' }
  | { do: 'promote'; strength: ProofStrength }
  | { do: 'rollBack'; why: RollbackCause }

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

/** A mean score or a rate, with the interval in which its true value lies in 95 of 100 cases, looked at once; null where that is unknown. */
export interface ValueInterval {
  value: number
  low: number | null
  high: number | null
}

/** An e-value and when it was reached, ms since the epoch. */
export interface Height {
  eValue: number
  at: number
}

/** What is known of one signal that has a say. */
interface SignalFigures {
  signal: string
  incumbent: (ValueInterval & { count: number }) | null
  canary: (ValueInterval & { count: number }) | null
  /** Canary minus incumbent. */
  difference: ValueInterval | null
  /** That a promotion rules out. */
  margin: number
  /** E-value against "the canary is no worse"; null without data. */
  against: number | null
  /** Its greatest so far, as looks have found it. */
  highest: Height | null
  /** E-value against "it is worse by the margin of this stage"; `needed` of it are proof. Null where nothing is to be proven. */
  proof: { eValue: number; needed: number } | null
}

/** Something that leaving the stage still takes; `expectedAt` by the rate so far, ms since the epoch, null where that does not tell. */
export interface Missing {
  what: string
  has: number
  needed: number
  unit: 'users' | 'eValue' | 'ms'
  expectedAt: number | null
}

/** The assessment in numbers: what was measured, what the evidence is, and what is still missing. */
export interface Figures {
  signals: SignalFigures[]
  users: Record<Arm, number>
  judged: Record<Arm, { users: number; answers: number }>
  /** Combined e-value against the canary and its greatest so far; `needed` rolls it back. */
  against: { eValue: number; highest: Height; needed: number }
  missing: Missing[]
  /** When nothing will be missing any more, by the rate so far; null where that does not tell. */
  nextStepAt: number | null
  /** When its patience is over; null while its clock stands still. */
  patienceEndsAt: number | null
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
  /** Display interval of the score difference; null while there are too few users. */
  interval: { low: number; high: number } | null
  /** logBF of a sample-ratio mismatch, of the token where it is greatest. */
  mismatch: { logBayesFactor: number; blocked: boolean; wrongArms: number }
  /** Who has reported how much, the most first. */
  tokens: TokenShare[]
  /** From which processes and addresses; the largest. */
  places: Record<PlaceKind, PlaceShare[]>
  /** On whose word alone the evidence against the canary rests; null where it is not enough to roll back, or several say the same. */
  accuser: OnlySourceShare | null
  soak: Soak
  /** The same in numbers. */
  figures: Figures
  /** What is to be told without a change: cost, or evidence on its way. */
  alerts: { code: string; message: string }[]
  /** Entries that could not count, by reason. */
  ignored: Record<string, number>
  /** Seq of the last log entry in it. */
  cursor: number
}
