import { type ClusterSums, newClusterSums } from '../../../stats/index.ts'

/** What was counted of one arm. Additive. */
export interface ArmSums {
  requests: number
  /** Distinct. */
  users: number
  errors: number
  refusals: number
  invalid: number
  /** Requests that could be slow: their latency was known, and the limit. */
  timed: number
  slow: number
  priced: number
  costUsd: number
  withLatency: number
  latencyMs: number
  rated: number
  feedback: number
  /** Requests that say how many steps they took, and all these steps; the same of calls. Absent: none did. */
  withSteps?: number
  steps?: number
  withCalls?: number
  calls?: number
  /** Scores of the present judge. */
  scores: ClusterSums
}

export function newArmSums(): ArmSums {
  return {
    requests: 0,
    users: 0,
    errors: 0,
    refusals: 0,
    invalid: 0,
    timed: 0,
    slow: 0,
    priced: 0,
    costUsd: 0,
    withLatency: 0,
    latencyMs: 0,
    rated: 0,
    feedback: 0,
    scores: newClusterSums(),
  }
}
