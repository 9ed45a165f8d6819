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
  /** Index of the token whose request that was; absent: 0. */
  by?: number
  /** As `exposed`, by the index of each other token that has seen the user. */
  seenBy?: Record<string, Exposure>
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

/** The last randomisation in which the token at this index has seen the user. */
export function exposureTo({ exposed, by = 0, seenBy }: UnitMemory, source: number): Exposure | undefined {
  return by === source ? exposed : seenBy?.[source]
}
