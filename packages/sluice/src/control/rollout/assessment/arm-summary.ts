import type { ArmSummary } from '../../../records/rollout/assessment.ts'
import type { ArmSums } from '../evidence/arm-sums.ts'

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
    ...(sums.withSteps && { steps: meanOf(sums.steps ?? 0, sums.withSteps) }),
    ...(sums.withCalls && { calls: meanOf(sums.calls ?? 0, sums.withCalls) }),
  }
}

function meanOf(sum: number, requests: number) {
  return { mean: sum / requests, requests }
}
