import type { FeatureSummary } from '../../records/report/feature-report.ts'
import {
  isDeterministic,
  type LookPlan,
  outcomeAt,
  type Pair,
  type PairedLook,
  pairedLook,
  skewedT,
  skewnessOf,
  tOfZ,
  zOfT,
} from '../../stats/index.ts'
import { type RareLosses, type RoundOfTest, rareLosses } from './rare-losses.ts'

/** One round of one test, as the report shows it. */
export type TestRound = FeatureSummary['looks'][number]

/**
 * A test of non-inferiority with three outcomes, carried from round to round. Once it is decided it stays as it was in
 * that round.
 */
export interface ThreeWayTest {
  outcome: 'pass' | 'fail' | 'undecided'
  /** The last round (0-based) in which it was evaluated. */
  look: number
  /** Its `zSig` is the smallest of the statistics that a pass takes. */
  statistics: PairedLook | undefined
  /** The proof against rare losses that a pass takes as well; present where the noise alone would let the test pass. */
  rareLosses: RareLosses | undefined
  /** Whether the test passed but would not have, had every missing answer been a full loss. */
  hangsOnMissing: boolean
  trace: TestRound[]
}

/** The pairs of one round. */
export interface RoundPairs {
  scored: readonly Pair[]
  /** The pairs with a score of 0 for each answer of the candidate that never came; undefined where all came. */
  atWorst: readonly Pair[] | undefined
}

/**
 * Whether further repeats may still decide the test. The first round never ends it: it cannot show how the scores of a
 * case vary.
 */
export function isOpen({ outcome, look, rareLosses }: ThreeWayTest): boolean {
  return outcome === 'undecided' && (rareLosses === undefined || rareLosses.withinReach || look === 0)
}

/** Evaluates the test once more, unless it was decided before or no number of repeats would decide it. */
export function testAgain(before: ThreeWayTest | undefined, pairs: RoundPairs, test: RoundOfTest): ThreeWayTest {
  if (before && !isOpen(before)) return before
  const { look, plan } = test
  const seen = evaluate(pairs.scored, test)
  const hangsOnMissing =
    seen.outcome === 'pass' && pairs.atWorst !== undefined && evaluate(pairs.atWorst, test).outcome !== 'pass'
  const trace = [...(before?.trace ?? []), testRound(seen.statistics, plan, look)]
  return { ...seen, look, hangsOnMissing, trace }
}

/** Passes at z >= passBound, fails at z <= -failBound. */
function testRound(statistics: PairedLook | undefined, plan: LookPlan, look: number): TestRound {
  const passBound = plan.boundsPass[look] ?? Number.POSITIVE_INFINITY
  const failBound = plan.boundsFail[look] ?? Number.POSITIVE_INFINITY
  const z = statistics?.zSig ?? null
  return {
    repeats: plan.repeats[look] ?? 0,
    meanDifference: statistics?.delta ?? null,
    se: statistics?.seUsed ?? null,
    z,
    passBound: finite(passBound),
    failBound: finite(failBound),
    decision: z === null ? 'undecided' : z >= passBound ? 'pass' : z <= -failBound ? 'fail' : 'undecided',
  }
}

function finite(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null
}

/**
 * The t test alone decides on a fail. A pass takes three statistics at or above the bound: t, t corrected for skewness,
 * and the proof against rare losses.
 */
function evaluate(
  pairs: readonly Pair[],
  test: RoundOfTest,
): Pick<ThreeWayTest, 'outcome' | 'statistics' | 'rareLosses'> {
  const { plan, look, margin } = test
  const statistics = withoutSkewness(pairs, pairedLook(pairs, test))
  const outcome = outcomeAt(plan, look, statistics, margin)
  if (outcome !== 'pass' || !statistics) return { outcome, statistics, rareLosses: undefined }
  const proof = rareLosses(pairs, statistics, test)
  const proven = proof.zSig >= (plan.boundsPass[look] ?? Number.POSITIVE_INFINITY)
  const zSig = isDeterministic(statistics) ? proof.zSig : Math.min(statistics.zSig ?? proof.zSig, proof.zSig)
  return { outcome: proven ? 'pass' : 'undecided', statistics: { ...statistics, zSig }, rareLosses: proof }
}

const bisections = 12

/**
 * The one-sided bound of a test that passed: the estimate less the smallest margin with which the same answers would
 * still pass, by every statistic that a pass takes. Where the answers at hand are no longer those of the round in which
 * it passed, no more than the margin itself.
 */
export function passedAtLeast(
  { statistics, look }: ThreeWayTest,
  pairs: readonly Pair[],
  test: Omit<RoundOfTest, 'look'>,
): number {
  const passes = (margin: number) => evaluate(pairs, { ...test, look, margin }).outcome === 'pass'
  let enough = test.margin
  let short = -(statistics?.delta ?? 0)
  if (!passes(enough)) return -enough
  if (passes(short)) return -short
  for (let step = 0; step < bisections; step += 1) {
    const middle = (enough + short) / 2
    if (passes(middle)) enough = middle
    else short = middle
  }
  return -enough
}

/** Corrects a t above 0 for negatively skewed scores, where estimate and noise rest on the same few low scores. */
function withoutSkewness(pairs: readonly Pair[], statistics: PairedLook | undefined): PairedLook | undefined {
  const { t = 0, zSig = 0, dfUsed = 1 } = statistics ?? {}
  if (!statistics || !(t > 0)) return statistics
  const skewness = Math.min(skewnessOf(pairs, statistics), 0)
  return { ...statistics, zSig: Math.min(zSig, zOfT(skewedT(t, skewness), dfUsed)) }
}

export interface Interval {
  se: number
  ciLow: number
  ciHigh: number
}

type UnknownInterval = Record<keyof Interval, null>

/**
 * The repeated confidence interval at a round (Jennison & Turnbull 2000, chapter 9): it holds in all rounds together,
 * and lies below -margin exactly when the test fails. It has no width where scores do not vary between repeats, and is
 * unknown where there is no standard error.
 */
export function intervalAt(
  plan: LookPlan,
  look: number,
  statistics: PairedLook | undefined,
): Interval | UnknownInterval {
  if (statistics?.seUsed === undefined || statistics.dfUsed === undefined)
    return { se: null, ciLow: null, ciHigh: null }
  if (isDeterministic(statistics)) return { se: 0, ciLow: statistics.delta, ciHigh: statistics.delta }
  return intervalOf(plan, look, statistics.delta, { se: statistics.seUsed, df: statistics.dfUsed })
}

/** The intervals of both estimands, whichever of them decides. */
export function intervalsAt(
  plan: LookPlan,
  look: number,
  { delta, seWithin, dfWithin = 1, seCluster, dfCluster }: PairedLook,
): { goldenSet: Interval | null; population: Interval | null } {
  return {
    goldenSet: seWithin === undefined ? null : intervalOf(plan, look, delta, { se: seWithin, df: dfWithin }),
    population: seCluster === undefined ? null : intervalOf(plan, look, delta, { se: seCluster, df: dfCluster }),
  }
}

function intervalOf(plan: LookPlan, look: number, mean: number, { se, df }: { se: number; df: number }): Interval {
  const half = se === 0 ? 0 : tOfZ(plan.boundsFail[look] ?? Number.POSITIVE_INFINITY, df) * se
  return { se, ciLow: mean - half, ciHigh: mean + half }
}
