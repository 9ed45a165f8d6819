import type { LookPlan } from '../../stats/index.ts'
import { type CriticalResult, judgeCritical } from './critical.ts'
import { atWorst, type CasePair, type GateCase, pairsAgainst, pairsOf, type SummedCase, sumUp } from './gate-case.ts'
import { type MetricTest, testMetrics } from './metric-tests.ts'
import { type GatePolicy, planOf, roundsBeyond } from './policy.ts'
import { casesByTag, failTogether, type TagTest, testTags } from './tags.ts'
import { isOpen, type ThreeWayTest, testAgain } from './three-way-test.ts'

/** What the rounds so far have decided. It is plain data, handed back with the scores of the next round. */
export interface GateState {
  /** The number of rounds so far. */
  looks: number
  difference: ThreeWayTest | undefined
  threshold: ThreeWayTest | undefined
  tags: readonly TagTest[]
  metrics: readonly MetricTest[]
}

/** Everything that one round works on. */
export interface GateRound extends GateState {
  cases: readonly SummedCase[]
  pairs: readonly CasePair[]
  byTag: Map<string, SummedCase[]>
  critical: readonly CriticalResult[]
  hasBaseline: boolean
  plan: LookPlan
  policy: GatePolicy
}

/**
 * Evaluates the round that follows `before`: every test that is not settled gets the scores at hand. After the last
 * round of the policy only critical cases are judged further.
 */
export function evaluateRound(
  cases: readonly GateCase[],
  policy: GatePolicy,
  { before, last }: { before: GateState | undefined; last: boolean },
): GateRound {
  const summed = sumUp(cases)
  const pairs = pairsOf(summed)
  const byTag = casesByTag(summed)
  const plan = planOf(policy)
  const rounds = before?.looks ?? 0
  const hasBaseline = cases.some(({ baseline }) => baseline !== undefined)
  const final = last || rounds + 1 >= policy.looks.length + roundsBeyond(policy).length
  const seen = { cases: summed, pairs, byTag, critical: judgeCritical(cases, policy, final), hasBaseline, plan, policy }
  if (before && rounds >= policy.looks.length) return { ...before, ...seen, looks: rounds + 1 }
  const { margin, threshold, thresholdMargin, estimand } = policy
  const all = before?.difference === undefined || isOpen(before.difference)
  const deterministic = estimand === 'golden-set' && neverVaries(pairs)
  const test = { look: rounds, plan, estimand }
  const worst = atWorst(summed)
  const compare = () =>
    testAgain(before?.difference, { scored: pairs, atWorst: worst && pairsOf(worst) }, { ...test, margin })
  const againstThreshold = (floor: number) => {
    const against = { scored: pairsAgainst(floor, summed), atWorst: worst && pairsAgainst(floor, worst) }
    return testAgain(before?.threshold, against, { ...test, margin: thresholdMargin })
  }
  const tags = hasBaseline
    ? testTags(before?.tags ?? [], byTag, { look: rounds, plan, policy, deterministic, all })
    : []
  const metrics = testMetrics(before?.metrics ?? [], cases, { look: rounds, plan, policy, hasBaseline })
  return {
    ...seen,
    looks: rounds + 1,
    difference: hasBaseline ? compare() : undefined,
    threshold: threshold === undefined ? undefined : againstThreshold(threshold),
    ...failTogether(tags, metrics, { plan, policy }),
  }
}

/** Whether every pair that was repeated with both versions scored the same each time, and there is such a pair. */
function neverVaries(pairs: readonly CasePair[]): boolean {
  const repeated = pairs.filter(({ candidate, baseline }) => candidate.count > 1 && baseline.count > 1)
  return (
    repeated.length > 0 &&
    repeated.every(({ candidate, baseline }) => candidate.variance === 0 && baseline.variance === 0)
  )
}
