import { type ClusterSums, newClusterSums } from '../../stats/index.ts'
import type { ArmSummary } from './assessment.ts'

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
  /** By the present judge. */
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

export function summaryOf(sums: ArmSums): ArmSummary {
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : null)
  return {
    requests: sums.requests,
    users: sums.users,
    judged: sums.scores.count,
    meanScore: share(sums.scores.sum, sums.scores.count),
    errorRate: share(sums.errors, sums.requests),
    refusalRate: share(sums.refusals, sums.requests),
    invalidRate: share(sums.invalid, sums.requests),
    slowRate: share(sums.slow, sums.timed),
    meanCostUsd: share(sums.costUsd, sums.priced),
    meanLatencyMs: share(sums.latencyMs, sums.withLatency),
    meanFeedback: share(sums.feedback, sums.rated),
  }
}
