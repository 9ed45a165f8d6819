import type { Rollout } from '../release/rollout.ts'
import type { Evidence } from './evidence.ts'

const silenceMs = 3_600_000
/** Requests per score that are believed before the first score. */
const atFirst = 100
/** By chance the judge passes over this many times the usual number of requests in less than one of 20,000 cases. */
const patience = 10

/** Judged scores, which the decision rests on, have stopped coming though requests have not. */
export function isJudgeSilent(evidence: Evidence, { settings, startedAt }: Rollout, now: number): boolean {
  if (settings.signals.score === 0 || now - (evidence.lastScoreAt ?? startedAt) < silenceMs) return false
  const { incumbent, canary } = evidence.sums.arms
  const judged = incumbent.scores.count + canary.scores.count
  const perScore = judged > 0 ? (incumbent.requests + canary.requests) / judged : atFirst
  return evidence.unjudged > patience * perScore
}
