import type { Arm } from '@sluice/client'

/** Where a user stood when something of them counted. */
export interface Exposure {
  stage: number
  arm: Arm
}

/** What a request can be flagged for. */
export const flags = ['errors', 'slow', 'safety', 'overCost'] as const

export type Flag = (typeof flags)[number]

/** What the engine must remember of one user of one rollout, so that nobody counts twice. Stored under the unit's hash. */
export interface UnitMemory {
  /** The last randomisation of which a request counted. */
  exposed?: Exposure
  /** The request of the last randomisation whose score may count, and the canary's share among such. */
  candidate?: Exposure & { share: number; of: string }
  /** As `exposed`, for the judged score. */
  scored?: Exposure
  /** As `exposed`, for feedback. */
  rated?: Exposure
  /** Flags that the user has raised in this rollout: each counts once. */
  flags?: Flag[]
  /** The user's scores in their present arm, by one judge: for the display interval. */
  scores?: { arm: Arm; judgeEpoch: number; sum: number; count: number }
}
