import type { MetricLimits } from '../../core/suite/config/metric-settings.ts'
import { constantMoments, type LookPlan, type Moments, type Pair } from '../../stats/index.ts'
import { type CheckMeasures, checkMeasures, type MetricName } from '../metrics/metric-cases.ts'
import { estimateMetric, type MetricEstimate } from '../metrics/metric-estimate.ts'
import type { GateCase } from './gate-case.ts'
import { errorRates, type GatePolicy } from './policy.ts'
import { isOpen, type ThreeWayTest, testAgain } from './three-way-test.ts'

/** One limit of one metric under test, carried from round to round. */
export interface MetricTest {
  name: string
  which: 'margin' | 'min' | 'max'
  /** The margin, or the lowest or highest value. */
  limit: number
  /**
   * How much worse the metric may be than what it is held against: the margin, or the tolerance of a floor or ceiling.
   */
  slack: number
  value: number | null
  baseline: number | null
  /** A lower value is better: its test is that of one minus the metric. */
  lessIsBetter: boolean
  /** Its pass; that it fails is found together with the tags. Undefined where there is nothing to test. */
  test: ThreeWayTest | undefined
  /** The statistic by round; undefined where it was not computed. */
  zSigs: (number | undefined)[]
  failed: boolean
  /** The error rate of its test after Holm's correction. */
  alpha: number
  /** Why it cannot be judged; null where it can. */
  problem: string | null
}

interface MetricRound {
  look: number
  plan: LookPlan
  policy: GatePolicy
  hasBaseline: boolean
}

/**
 * Tests every limit of `gate.metrics`. A pass takes the proof that the difference and the threshold take; the limits
 * that fail are found by Holm's procedure over them and the tags together. What is named and cannot be judged is never
 * a pass.
 */
export function testMetrics(before: readonly MetricTest[], cases: readonly GateCase[], at: MetricRound): MetricTest[] {
  const { policy, hasBaseline } = at
  if (!policy.metrics) return []
  const alone = checkMeasures(cases, false)
  const paired = hasBaseline ? checkMeasures(cases, true) : alone
  return Object.entries(policy.metrics.limits).flatMap(([name, limits]) => {
    const tested = limitsOf(limits, policy, hasBaseline)
    // A limit that does not apply, e.g. a margin without a baseline, still names a metric that has to be there.
    if (tested.length === 0) return unknownMetric(name, limits, alone, policy)
    return tested.map((limit) => {
      // A floor is about the candidate alone, so it rests on every case that the candidate has measured.
      const isPaired = limit.which === 'margin'
      const checks = isPaired ? paired : alone
      const known = before.find((test) => test.name === name && test.which === limit.which)
      const found = estimateNamed(name, checks, { policy, isPaired })
      const misplaced = found.estimate && wrongSide(limit, found.estimate.name)
      const problem = misplaced ?? found.problem
      return testLimit(known, { name, ...limit }, { ...found, problem }, at)
    })
  })
}

interface NamedEstimate {
  estimate: MetricEstimate | undefined
  problem: string | null
}

/** The estimate of a metric by its name, and why it cannot be judged. */
function estimateNamed(
  name: string,
  checks: readonly CheckMeasures[],
  by: { policy: GatePolicy; isPaired: boolean },
): NamedEstimate {
  const [found, other] = checks.flatMap((measures) =>
    measures.metrics.filter((metric) => metric.name === name).map((metric) => ({ measures, metric })),
  )
  if (!found) return { estimate: undefined, problem: `it was not measured; ${measuredNames(checks)}` }
  const estimate = estimateMetric(found.measures, found.metric, by.isPaired)
  const twice = `the checks ${found.metric.check} and ${other?.metric.check} both have a metric of this name; name one of them otherwise`
  return { estimate, problem: other ? twice : problemOf(estimate, found.measures, by) }
}

function unknownMetric(
  name: string,
  { min, max, margin }: MetricLimits,
  checks: readonly CheckMeasures[],
  policy: GatePolicy,
): MetricTest[] {
  const { estimate, problem } = estimateNamed(name, checks, { policy, isPaired: false })
  if (estimate) return []
  const which = margin !== undefined ? 'margin' : max !== undefined ? 'max' : 'min'
  const limit = { which, limit: margin ?? max ?? min ?? 0 } as const
  const untested = { lessIsBetter: false, value: null, baseline: null, test: undefined, zSigs: [], failed: false }
  return [{ name, ...limit, slack: 0, ...untested, alpha: errorRates(policy).alphaFail, problem }]
}

type Limit = Pick<MetricTest, 'which' | 'limit' | 'slack'>

/**
 * Without a baseline there is no drop; where absolute limits are not asked for, as in a comparison, there is no floor.
 */
function limitsOf({ min, max, margin }: MetricLimits, policy: GatePolicy, hasBaseline: boolean): Limit[] {
  return [
    ...(margin === undefined || !hasBaseline ? [] : [{ which: 'margin' as const, limit: margin, slack: margin }]),
    ...(min === undefined || policy.threshold === undefined
      ? []
      : [{ which: 'min' as const, limit: min, slack: policy.thresholdMargin }]),
    ...(max === undefined || policy.threshold === undefined
      ? []
      : [{ which: 'max' as const, limit: max, slack: policy.thresholdMargin }]),
  ]
}

/** A floor under what should be low, or a ceiling over what should be high, would pass what it should stop. */
function wrongSide({ which, limit }: Limit, { lessIsBetter }: MetricName): string | undefined {
  if (which !== (lessIsBetter ? 'min' : 'max')) return undefined
  return lessIsBetter
    ? `less of it is better, so "min: ${limit}" is no limit; write "max"`
    : `more of it is better, so "max: ${limit}" is no limit; write "min"`
}

function measuredNames(checks: readonly CheckMeasures[]): string {
  const names = checks.flatMap(({ metrics }) => metrics.filter(({ label }) => label === null).map(({ name }) => name))
  return names.length === 0
    ? 'no case has a check label, fields or retrieval with a result'
    : `this run measured ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`
}

/** Why an estimate says too little: no value, or too many cases without a result. */
function problemOf(
  { value, baseline, undefinedBecause, cases, coverage }: MetricEstimate,
  { missing, check }: CheckMeasures,
  { policy, isPaired }: { policy: GatePolicy; isPaired: boolean },
): string | null {
  const least = policy.metrics?.minCoverage ?? 0
  const measured = cases + missing
  if (value === null) return `it is undefined: ${undefinedBecause}`
  if (isPaired && baseline === null) return 'it is undefined in the baseline'
  const needed = `at least ${percent(least)} % are needed`
  if (cases / Math.max(1, measured) < least)
    return `only ${cases} of ${measured} cases with the check ${check} were measured${isPaired ? ' in both versions' : ''}; ${needed}`
  // A version whose every other answer is lost is measured by the ones that were not.
  if (coverage / Math.max(1, measured) < least)
    return `only ${percent(coverage / measured)} % of the answers to cases with the check ${check} were measured; ${needed}`
  return null
}

const percent = (share: number) => Number((100 * share).toFixed(1))

function testLimit(
  known: MetricTest | undefined,
  limit: Limit & { name: string },
  { estimate, problem }: NamedEstimate,
  { look, plan, policy }: MetricRound,
): MetricTest {
  const { alphaFail } = errorRates(policy)
  const lessIsBetter = estimate?.name.lessIsBetter ?? false
  const about = {
    ...{ ...limit, value: estimate?.value ?? null, baseline: estimate?.baseline ?? null, problem },
    lessIsBetter,
  }
  const left = { failed: false, alpha: alphaFail }
  if (!estimate || problem !== null) return { ...about, ...left, test: undefined, zSigs: known?.zSigs ?? [] }
  const goodness = (moments: Moments) => (lessIsBetter ? oneMinus(moments) : moments)
  const pairs = estimate.pairs.map((pair): Pair => {
    const against = limit.which === 'margin' ? (pair.baseline ?? constantMoments(0)) : constantMoments(limit.limit)
    return { ...pair, candidate: goodness(pair.candidate), baseline: goodness(against) }
  })
  // What fails is decided over all limits and tags together, never by one test alone.
  const passOnly = { ...plan, boundsFail: plan.boundsFail.map(() => Number.POSITIVE_INFINITY) }
  const round = { look, plan: passOnly, estimand: policy.estimand, margin: limit.slack }
  const seen = testAgain(known?.test, { scored: pairs, atWorst: undefined }, round)
  // Too few cases do not tell how a metric varies between them; repeats of the same cases do.
  const isKnown = estimate.tooFew === null || seen.statistics?.usesWithin === true
  if (!isKnown) return { ...about, ...left, problem: estimate.tooFew, test: undefined, zSigs: known?.zSigs ?? [] }
  const zSigs = [...(known?.zSigs ?? [])]
  if (seen.look === look) zSigs[look] = seen.outcome === 'fail' ? Number.NEGATIVE_INFINITY : seen.statistics?.zSig
  return { ...about, ...left, test: seen, zSigs }
}

function oneMinus({ mean, thirdCumulant, ...others }: Moments): Moments {
  return { ...others, mean: 1 - mean, thirdCumulant: thirdCumulant === undefined ? undefined : -thirdCumulant }
}

/** Whether further repeats may still decide a limit. */
export function isMetricOpen({ test, failed, problem }: MetricTest): boolean {
  return !failed && (test ? isOpen(test) : problem?.startsWith('it rests on') === true)
}
