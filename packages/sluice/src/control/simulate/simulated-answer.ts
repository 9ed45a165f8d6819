import type { CanaryChange } from './scenario-answers.ts'

/** The answer to a simulated request. */
export interface Answer {
  /** The true score, in [0,1]; null if the judge cannot judge it. */
  score: number | null
  failed: boolean
  refusal: boolean
  invalid: boolean
  latencyMs: number | null
  costUsd: number | null
  inputTokens: number | null
}

/** How an answer differs from the incumbent's. */
type Change = Pick<CanaryChange, 'errors' | 'refusals' | 'invalid' | 'latency' | 'cost' | 'slowTail'>

/** The changed answer. `uniform` draws numbers in (0,1), one for each kind of failure. */
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
 * A score when the mean of all scores is to be `by` higher than `mean`. Scores are moved towards 0 or 1 in proportion,
 * so they stay in [0,1], and the mean moves by exactly `by` if that is possible.
 */
export function shifted(score: number, mean: number, by: number): number {
  const target = Math.min(1, Math.max(0, mean + by))
  if (target < mean) return (score * target) / mean
  return target > mean ? 1 - ((1 - score) * (1 - target)) / (1 - mean) : score
}

/** Rounds a score to one of `levels` marks from 0 to 1 at random, so that its mean stays the same. */
export function marked(score: number, levels: number, uniform: number): number {
  return Math.floor(score * (levels - 1) + uniform) / (levels - 1)
}
