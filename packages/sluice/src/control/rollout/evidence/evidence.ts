import type { Arm } from '@sluice/client'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import {
  type CovariateSums,
  costRatios,
  type IncumbentSums,
  newCovariateSums,
  newIncumbentSums,
  type Prior,
} from '../../../stats/index.ts'
import { type IgnoredReason, ignoredReasons } from './admit.ts'
import { type ArmSums, newArmSums } from './arm-sums.ts'
import { type LimitSketches, type Limits, newLimits, newSketches } from './flag-limits.ts'
import type { PlaceEvidence, PlaceKind } from './places.ts'
import { type FlagSums, newFlagSums, newScoreSums, type ScoreSums } from './signal-sums.ts'
import type { TokenEvidence } from './tokens.ts'
import type { Flag } from './unit-memory.ts'
import { newWindow, type Window } from './window.ts'

/** When the last outcome of each arm came in a stage, in ms since the epoch. Null: none yet. */
export interface LastOutcomes {
  stage: number
  incumbent: number | null
  canary: number | null
}

/** Evidence of another schema is made anew from the log. */
export const evidenceSchema = 'sluice.evidence/5'

/** All sums: those of workers with disjoint users can be added. */
export interface EvidenceSums {
  arms: Record<Arm, ArmSums>
  score: ScoreSums
  feedback: ScoreSums
  flags: Record<Flag, FlagSums>
  cost: { wealth: number[]; history: IncumbentSums }
  /**
   * What bets know of the incumbent's scores and of what its users say; the scores also of the present window alone,
   * and given the length of the input.
   */
  histories: { score: IncumbentSums; recent: IncumbentSums; feedback: IncumbentSums; inputs: CovariateSums }
  sketches: LimitSketches
  ignored: Record<IgnoredReason, number>
}

/** What was counted in the entries of a rollout. JSON, of a size that does not grow with the entries. */
export interface Evidence {
  schema: typeof evidenceSchema
  sums: EvidenceSums
  /** The sums by the token that reported it, in the order in which the tokens came. */
  testimony: TokenEvidence[]
  /** The sums by the process and by the address that it came from. */
  places: Record<PlaceKind, PlaceEvidence[]>
  limits: Limits
  window: Window
  /** When each arm was last asked for an answer, ms since the epoch. */
  askedAt: Record<Arm, number | null>
  /** Who scores now; a change begins a new epoch, and those before count no more. */
  judge: { id: string | null; epoch: number; retired: string[] }
  /** Greatest log evidence against the canary so far that does not rest on one token of several. */
  peak: number
  /** How many entries were evidence for or against the canary, and not only a new user. */
  testified: number
  /** When the first entry was received, the last request, and the last score; ms since the epoch. */
  firstAt: number | null
  lastRequestAt: number | null
  lastScoreAt: number | null
  /** When the last outcome of each arm came, by stage. */
  heard: LastOutcomes[]
  /** Requests since the last score; of several workers, by the one that judged last as far as it knows. */
  unjudged: number
  /** Seq of the last entry that was observed. */
  cursor: number
}

/** About a cost as a share of its cap, which is ten times the median. */
export const costPrior: Prior = { mean: 0.12, variance: 0.01, weight: 20 }

/** About a score of which nothing is known but that it lies in [0,1]: bets wait for the first ten incumbents. */
export const openPrior: Prior & { warmUp: number } = { mean: 0.5, variance: 0.0625, weight: 2, warmUp: 10 }

/** No entry observed yet. */
export function newEvidence({ settings }: Pick<Rollout, 'settings'>): Evidence {
  const stages = settings.stages.length
  return {
    schema: evidenceSchema,
    sums: {
      arms: { incumbent: newArmSums(), canary: newArmSums() },
      score: newScoreSums(stages),
      feedback: newScoreSums(stages),
      flags: {
        errors: newFlagSums(stages),
        slow: newFlagSums(stages),
        stalled: newFlagSums(stages),
        slowAny: newFlagSums(stages),
        safety: newFlagSums(stages),
        overCost: newFlagSums(stages),
      },
      cost: { wealth: costRatios.grid.map(() => 0), history: newIncumbentSums() },
      histories: {
        score: newIncumbentSums(),
        recent: newIncumbentSums(),
        feedback: newIncumbentSums(),
        inputs: newCovariateSums(),
      },
      sketches: newSketches(),
      ignored: Object.fromEntries(ignoredReasons.map((reason) => [reason, 0])) as Record<IgnoredReason, number>,
    },
    testimony: [],
    places: { instance: [], address: [] },
    limits: newLimits(settings),
    window: newWindow(),
    askedAt: { incumbent: null, canary: null },
    judge: { id: null, epoch: 0, retired: [] },
    peak: 0,
    testified: 0,
    firstAt: null,
    lastRequestAt: null,
    lastScoreAt: null,
    heard: settings.stages.map((_, stage) => ({ stage, incumbent: null, canary: null })),
    unjudged: 0,
    cursor: 0,
  }
}
