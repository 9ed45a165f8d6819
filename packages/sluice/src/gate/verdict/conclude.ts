import type { Verdict } from '../../records/verdict.ts'
import { atLeast } from '../../stats/index.ts'
import { type Advice, advise } from './advice.ts'
import type { CriticalResult } from './critical.ts'
import { pairsAgainst, type SummedCase } from './gate-case.ts'
import type { GateRound } from './gate-round.ts'
import type { MetricTest } from './metric-tests.ts'
import { metricReasons, metricSettles } from './metric-verdicts.ts'
import { proofNeeded } from './rare-losses.ts'
import {
  criticalReasons,
  differenceReason,
  fewAnswersReason,
  missingAnswersReason,
  noScoresReason,
  nothingToTestReason,
  type Reason,
  safetyReasons,
  tagReasons,
  thresholdReason,
  tieBreakReason,
} from './reasons.ts'
import { safetyBounds } from './safety.ts'
import { type TagResult, tagTable } from './tag-results.ts'
import { type Comparison, comparisonOf, type ThresholdResult, thresholdResultOf } from './test-results.ts'
import type { TestRound, ThreeWayTest } from './three-way-test.ts'

/** The verdict on a finished run, with all that it rests on. */
export interface GateDecision {
  verdict: Verdict
  /** `weak`: decided by the estimate alone, or not at all. */
  strength: 'strong' | 'weak'
  /** Whether the verdict stops the change: a fail does, an inconclusive one unless the policy says warn. */
  blocking: boolean
  /** Empty for a strong pass. */
  reasons: Reason[]
  /** Null without a baseline, or without a single pair. */
  comparison: Comparison | null
  threshold: ThresholdResult | null
  tags: TagResult[]
  /** Every limit of `gate.metrics`. */
  metrics: readonly MetricTest[]
  critical: readonly CriticalResult[]
  /** Every round of both tests. */
  trace: { difference: TestRound[]; threshold: TestRound[] }
  /** Null when nothing could be tested. */
  advice: Advice | null
}

const failures = new Set<Reason['code']>([
  ...([
    'regression',
    'below-threshold',
    'tag-regression',
    'metric-regression',
    'metric-below-min',
    'metric-above-max',
  ] as const),
  ...(['critical-case', 'safety'] as const),
])
const settledByEstimate = new Set<Reason['code']>([
  ...(['difference-undecided', 'threshold-undecided', 'few-answers', 'metric-undecided'] as const),
])

/** Concludes after the last round. `GatePolicy.onInconclusive` says what becomes of a run that is still open. */
export function conclude(round: GateRound): GateDecision {
  const { difference, threshold, policy } = round
  const comparison = comparisonAt(round)
  const thresholdResult = thresholdAt(round)
  const tags = tagTable(round.tags, round.byTag, round.plan)
  const reasons = [
    ...missing(round),
    ...(comparison ? (tooFewAnswers(round, 'difference') ?? differenceReason(comparison, policy)) : []),
    ...(thresholdResult ? (tooFewAnswers(round, 'threshold') ?? thresholdReason(thresholdResult, policy)) : []),
    ...tagReasons(tags, policy),
    ...metricReasons(round.metrics, round.plan),
    ...criticalReasons(round.critical, policy),
    ...safetyReasons(
      safetyBounds(
        round.cases.map((summed) => summed.case),
        policy,
      ),
    ),
  ]
  return {
    ...verdictFrom(reasons, round),
    comparison,
    threshold: thresholdResult,
    tags,
    metrics: round.metrics,
    critical: round.critical,
    trace: { difference: difference?.trace ?? [], threshold: threshold?.trace ?? [] },
    advice: adviceAt(round),
  }
}

function verdictFrom(
  reasons: Reason[],
  round: GateRound,
): Pick<GateDecision, 'verdict' | 'strength' | 'blocking' | 'reasons'> {
  const { onInconclusive } = round.policy
  if (reasons.length === 0) {
    const hanging = missingAnswers(round)
    return { verdict: 'pass', strength: hanging.length > 0 ? 'weak' : 'strong', blocking: false, reasons: hanging }
  }
  const failed = reasons.filter(({ code }) => failures.has(code))
  if (failed.length > 0) return { verdict: 'fail', strength: 'strong', blocking: true, reasons: failed }
  if (onInconclusive === 'tiebreak' && estimateSettles(reasons, round)) {
    const explainsItself = reasons.every(({ code }) => code === 'few-answers')
    const explained = explainsItself ? reasons : [tieBreakReason(reasons, round.policy), ...reasons]
    return { verdict: 'pass', strength: 'weak', blocking: false, reasons: explained }
  }
  return { verdict: 'inconclusive', strength: 'weak', blocking: onInconclusive !== 'warn', reasons }
}

/** The reason why a test is open although its noise would let it pass; undefined for any other test. */
function tooFewAnswers(round: GateRound, which: 'difference' | 'threshold'): Reason[] | undefined {
  const { [which]: test, plan, policy } = round
  const { rareLosses, statistics } = test ?? {}
  if (test?.outcome !== 'undecided' || !rareLosses || !statistics) return undefined
  const margin = which === 'difference' ? policy.margin : policy.thresholdMargin
  const needed = proofNeeded(statistics, rareLosses, { plan, look: test.look, margin, estimand: policy.estimand })
  const answers = statistics.pairs * (policy.estimand === 'population' ? 1 : (plan.repeats[test.look] ?? 1))
  return [fewAnswersReason({ answers, equal: rareLosses.answers, needed }, which, policy)]
}

/** The reason against a pass that would not stand, had the missing answers been full losses. */
function missingAnswers({ cases, difference, threshold, policy }: GateRound): Reason[] {
  const which = difference?.hangsOnMissing ? 'difference' : 'threshold'
  if (!difference?.hangsOnMissing && !threshold?.hangsOnMissing) return []
  const missing = cases.reduce((sum, summed) => sum + (summed.case.missing ?? 0), 0)
  const scored = cases.reduce((sum, summed) => sum + summed.case.candidate.length, 0)
  return [missingAnswersReason({ missing, asked: missing + scored }, which, policy)]
}

/**
 * Whether the tie-break applies: only the difference or the threshold is open, and each open estimate has a standard
 * error and is within two thirds of its margin.
 */
function estimateSettles(reasons: readonly Reason[], { difference, threshold, metrics, policy }: GateRound): boolean {
  if (!reasons.every(({ code }) => settledByEstimate.has(code))) return false
  return (
    metrics.every(metricSettles) &&
    closeEnough(difference, policy.margin) &&
    closeEnough(threshold, policy.thresholdMargin)
  )
}

function closeEnough(test: ThreeWayTest | undefined, margin: number): boolean {
  if (!test || test.outcome === 'pass') return true
  return test.statistics?.seUsed !== undefined && atLeast(test.statistics.delta, (-2 / 3) * margin)
}

/** The reasons for whatever a verdict needs and the run lacks. */
function missing({ cases, byTag, difference, threshold, hasBaseline }: GateRound): Reason[] {
  if (!hasBaseline && !threshold) return [nothingToTestReason()]
  if (cases.every(({ candidate }) => candidate === undefined))
    return [noScoresReason('No case has a score of the candidate')]
  if (difference && !difference.statistics) return [noScoresReason('No case has a score in both versions')]
  return [...byTag].flatMap(([tag, tagged]) => silentTag(tag, tagged))
}

/**
 * The reason for a tag whose cases have no score at all. Coverage tolerates single lost cases, but not a whole kind of
 * input.
 */
function silentTag(tag: string, cases: readonly SummedCase[]): Reason[] {
  if (cases.length < 2 || cases.some(({ candidate }) => candidate !== undefined)) return []
  return [noScoresReason(`None of the ${cases.length} cases with the tag ${tag} has a score of the candidate`, { tag })]
}

function comparisonAt({ difference, pairs, plan, policy }: GateRound): Comparison | null {
  if (!difference?.statistics) return null
  return comparisonOf(difference, difference.statistics, pairs, { plan, policy })
}

function thresholdAt({ threshold, cases, plan, policy }: GateRound): ThresholdResult | null {
  if (!threshold?.statistics || policy.threshold === undefined) return null
  return thresholdResultOf(threshold, threshold.statistics, pairsAgainst(policy.threshold, cases), {
    plan,
    policy,
    threshold: policy.threshold,
  })
}

/** The advice on the difference where there is one, else on the threshold. */
function adviceAt({ difference, threshold, cases, pairs, plan, policy }: GateRound): Advice | null {
  if (difference?.statistics) {
    return advise({ test: difference, pairs, plan, margin: policy.margin, marginOf: 'margin', policy })
  }
  if (!threshold?.statistics || policy.threshold === undefined) return null
  const against = pairsAgainst(policy.threshold, cases)
  return advise({
    test: threshold,
    pairs: against,
    plan,
    margin: policy.thresholdMargin,
    marginOf: "threshold's tolerance",
    policy,
  })
}
