import type { CanaryChange } from './scenario-answers.ts'

/** What a request came to. */
export interface Answer {
  /** What the judge would say, in [0,1]; null where it cannot judge. */
  score: number | null
  failed: boolean
  refusal: boolean
  invalid: boolean
  latencyMs: number | null
  costUsd: number | null
  inputTokens: number | null
}

/** How an answer differs from that of the incumbent. */
type Change = Pick<CanaryChange, 'errors' | 'refusals' | 'invalid' | 'latency' | 'cost' | 'slowTail'>

/** The answer that takes the place of the incumbent's. `uniform` are numbers in (0,1), one for each kind of failure. */
export function changed(answer: Answer, change: Change, uniform: () => number): Answer {
  const { latencyMs, costUsd } = answer
  const { slowTail } = change
  const tail = slowTail.share > 0 && uniform() < slowTail.share ? slowTail.factor : 1
  return {
    ...answer,
    failed: answer.failed || uniform() < change.errors,
    refusal: answer.refusal || uniform() < change.refusals,
    invalid: answer.invalid || uniform() < change.invalid,
    latencyMs: latencyMs === null ? null : latencyMs * change.latency * tail,
    costUsd: costUsd === null ? null : costUsd * change.cost,
  }
}

/**
 * A score where the mean of all is `by` higher than `mean`: scores are drawn towards 0 or 1 in proportion, so that they
 * stay in [0,1] and the mean moves by exactly `by` where that is possible.
 */
export function shifted(score: number, mean: number, by: number): number {
  const target = Math.min(1, Math.max(0, mean + by))
  if (target < mean) return (score * target) / mean
  return target > mean ? 1 - ((1 - score) * (1 - target)) / (1 - mean) : score
}

/** A score as one of so many marks from 0 to 1, the nearer the likelier, so that the mean stays. */
export function marked(score: number, levels: number, uniform: number): number {
  return Math.floor(score * (levels - 1) + uniform) / (levels - 1)
}
