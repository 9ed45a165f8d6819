import type { MetricReport } from '../../records/report/feature-metrics.ts'
import type { Verdict } from '../../records/verdict.ts'
import { atLeast, gsBounds, type LookPlan } from '../../stats/index.ts'
import { formatChange, formatScore } from '../../text/format.ts'
import type { MetricTest } from './metric-tests.ts'
import type { Reason } from './reasons.ts'
import { intervalAt } from './three-way-test.ts'

function metricVerdict({ failed, test, problem }: MetricTest): Verdict {
  if (failed) return 'fail'
  return problem === null && test?.outcome === 'pass' ? 'pass' : 'inconclusive'
}

/**
 * Why metrics keep a run from passing. Each interval has the error rate of its own test: beyond the limit where it
 * fails.
 */
export function metricReasons(tests: readonly MetricTest[], plan: LookPlan): Reason[] {
  return tests.flatMap((test, index): Reason[] => {
    const verdict = metricVerdict(test)
    if (verdict === 'pass') return []
    if (test.problem !== null) {
      // Two limits of a metric that nobody can judge have one reason.
      if (tests.findIndex(({ name, problem }) => name === test.name && problem === test.problem) < index) return []
      const message = `Metric ${test.name} of gate.metrics cannot be judged: ${test.problem}.`
      return [{ code: 'metric-undefined', message, tag: null, case: null }]
    }
    const found = foundSentence(test, plan)
    const limit = limitWords(test)
    if (verdict === 'inconclusive') {
      const message = `${found}: ${test.which === 'margin' ? `a ${worse(test)} beyond ${limit} is not ruled out` : `not shown to ${test.which === 'max' ? 'keep to' : 'reach'} ${limit}`}.`
      return [{ code: 'metric-undecided', message, tag: null, case: null }]
    }
    if (test.which === 'margin') {
      const message = `${found}: a ${worse(test)} beyond ${limit}.`
      return [{ code: 'metric-regression', message, tag: null, case: null }]
    }
    return test.which === 'max'
      ? [{ code: 'metric-above-max', message: `${found}: above ${limit}.`, tag: null, case: null }]
      : [{ code: 'metric-below-min', message: `${found}: below ${limit}.`, tag: null, case: null }]
  })
}

function worse({ lessIsBetter }: MetricTest): string {
  return lessIsBetter ? 'rise' : 'drop'
}

function limitWords({ which, limit, slack }: MetricTest): string {
  if (which === 'margin') return `its margin of ${limit}`
  return `its ${which === 'max' ? 'highest' : 'least'} value of ${limit} with the tolerance of ${slack}`
}

function foundSentence(
  { name, which, limit, value, baseline, test, alpha, lessIsBetter }: MetricTest,
  plan: LookPlan,
): string {
  const cases = test?.statistics?.pairs ?? 0
  const last = plan.repeats.at(-1) ?? 1
  const boundsFail = gsBounds(
    plan.repeats.map((repeat) => repeat / last),
    alpha,
  )
  const tested = intervalAt({ ...plan, boundsFail }, test?.look ?? 0, test?.statistics)
  const [low, high] = lessIsBetter ? [tested.ciHigh, tested.ciLow] : [tested.ciLow, tested.ciHigh]
  const turned = (end: number | null) => (end === null || !lessIsBetter ? end : -end)
  const { ciLow, ciHigh } = { ciLow: turned(low), ciHigh: turned(high) }
  const over = `over ${cases} ${cases === 1 ? 'case' : 'cases'}`
  if (which === 'margin') {
    const range =
      ciLow === null || ciHigh === null
        ? ''
        : ` (interval ${formatChange(Math.max(-1, ciLow))} to ${formatChange(Math.min(1, ciHigh))})`
    const change = value === null || baseline === null ? null : value - baseline
    return `${name} changed by ${formatChange(change)} to ${formatScore(value)} ${over}${range}`
  }
  const range =
    ciLow === null || ciHigh === null
      ? ''
      : ` (interval ${formatScore(Math.max(0, limit + ciLow))} to ${formatScore(Math.min(1, limit + ciHigh))})`
  return `${name} is ${formatScore(value)} ${over}${range}`
}

/** Whether an open limit may be settled by its estimate: that lies within two thirds of what it may lack. */
export function metricSettles({ test, problem, slack, failed }: MetricTest): boolean {
  if (failed || problem !== null || !test) return false
  if (test.outcome === 'pass') return true
  return test.statistics?.seUsed !== undefined && atLeast(test.statistics.delta, (-2 / 3) * slack)
}

/** The metrics of a report with what the gate made of each that it judged. */
export function withMetricVerdicts(metrics: readonly MetricReport[], tests: readonly MetricTest[]): MetricReport[] {
  return metrics.map((metric) => {
    const own = tests.filter(({ name }) => name === metric.name)
    if (own.length === 0) return metric
    const limitOf = (which: MetricTest['which']) => own.find((test) => test.which === which)?.limit ?? null
    const verdicts = own.map(metricVerdict)
    const verdict: Verdict =
      verdicts.find((one) => one === 'fail') ?? verdicts.find((one) => one === 'inconclusive') ?? 'pass'
    const max = limitOf('max')
    const gate = { min: limitOf('min'), ...(max !== null && { max }), margin: limitOf('margin'), verdict }
    return { ...metric, gate }
  })
}
