import type { Arm } from '@sluice/client'

/** Where a user stood when something of them counted. */
export interface Assignment {
  stage: number
  arm: Arm
}

/**
 * What a request can be flagged for. `slow`, and `stalled` of some times slower, are asked only of requests that are
 * not in a warm-up of any kind, `slowAny` of all after the first minutes of a stage.
 */
export const flags = ['errors', 'slow', 'stalled', 'slowAny', 'safety', 'overCost'] as const

export type Flag = (typeof flags)[number]

/** A request whose score may count, and the canary's share among such. */
interface Candidate extends Assignment {
  share: number
  of: string
  /** It is the user's first request in the rollout: its input cannot depend on how an arm has answered before. */
  first?: boolean
}

/** What of a user has counted in one window. */
export interface Recent {
  window: number
  flags: Flag[]
  scores: number
}

/** A user's scores by one judge, and numbers of flags, in one stage and one arm. */
export interface Staged extends Assignment {
  judgeEpoch: number
  sum: number
  count: number
  flags: Partial<Record<Flag, number>>
}

/**
 * What the engine must remember of one user of one rollout, so that nobody counts twice. Stored under the unit's hash.
 */
export interface UnitMemory {
  /** The last randomisation of which a request counted. */
  exposed?: Assignment
  /** Index of the token whose request that was; absent: 0. */
  by?: number
  /** The assignment like `exposed`, by the index of each other token that has seen the user. */
  seenBy?: Record<string, Assignment>
  /** One request of each randomisation, in their order, until it is judged. */
  candidates?: Candidate[]
  /** The last randomisation for which there was a candidate. */
  marked?: Assignment
  /** The assignment like `exposed`, noted when the score of a request that is no candidate has counted. */
  scored?: Assignment
  /** The assignment like `exposed`, noted when the cost of a request has counted. */
  priced?: Assignment
  /** The assignment like `exposed`, noted when feedback has counted. */
  rated?: Assignment
  /** Flags that the user has raised in this rollout: each counts once. */
  flags?: Flag[]
  /** What has counted in the last window in which something did. */
  recent?: Recent
  /** The scores and flags of the last stage in which there was any. */
  staged?: Staged
  /** The user's scores in their present arm, by one judge: for the means. */
  scores?: { arm: Arm; judgeEpoch: number; sum: number; count: number }
}

/** The last randomisation in which the token at this index has seen the user. */
export function assignmentSeenBy({ exposed, by = 0, seenBy }: UnitMemory, source: number): Assignment | undefined {
  return by === source ? exposed : seenBy?.[source]
}

/** What has counted in this window. */
export function recentOf({ recent }: UnitMemory, window: number): Recent {
  return recent?.window === window ? recent : { window, flags: [], scores: 0 }
}

/** What there is of this stage and arm; scores of another judge are none. */
export function stagedOf({ staged }: UnitMemory, place: Assignment & { judgeEpoch: number }): Staged {
  if (staged?.stage !== place.stage || staged.arm !== place.arm) return { ...place, sum: 0, count: 0, flags: {} }
  return staged.judgeEpoch === place.judgeEpoch ? staged : { ...place, sum: 0, count: 0, flags: staged.flags }
}
