import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import {
  chosenMetric,
  invalidResults,
  part,
  type ResultsReader,
  scored,
  type ToolResults,
  type ToolScore,
} from './tool-results.ts'

const metricSchema = z.object({
  name: z.string(),
  threshold: z.number().nullish(),
  success: z.boolean().nullish(),
  score: z.number().nullish(),
  flaky: z.boolean().nullish(),
  evaluationModel: z.string().nullish(),
  strictMode: z.boolean().nullish(),
  error: z.string().nullish(),
})

const caseSchema = z.object({
  name: z.string(),
  input: z.string().nullish(),
  expectedOutput: z.string().nullish(),
  context: z.array(z.unknown()).nullish(),
  scenario: z.string().nullish(),
  expectedOutcome: z.string().nullish(),
  turns: z.array(z.object({ role: z.string(), content: z.string().nullish() })).nullish(),
  success: z.boolean().nullish(),
  metricsData: z.array(metricSchema).nullish(),
  runDuration: z.number().nullish(),
  completionTime: z.number().nullish(),
  tokenCost: z.number().nullish(),
  tags: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
})

const runSchema = z.object({
  testCases: z.array(z.unknown()).nullish(),
  conversationalTestCases: z.array(z.unknown()).nullish(),
  testPassed: z.number().nullish(),
  testFailed: z.number().nullish(),
  datasetAlias: z.string().nullish(),
})

type Case = z.output<typeof caseSchema>
type Metric = z.output<typeof metricSchema>

const allPassed = 'success'
/** Metrics of DeepEval of which less is better, where no result shows which way a metric goes. */
const downwards = /^(?:Bias|Toxicity|Hallucination|Misuse)\b/i

/** A test run of DeepEval: `.deepeval/.latest_run_full.json`, or a file of DEEPEVAL_RESULTS_FOLDER. */
export const deepeval: ResultsReader = {
  recognises: ({ json }) => runOf(json) !== undefined,
  read({ json, name }, given) {
    const run = part(runSchema, runOf(json), name)
    const list = (rows: unknown[] | null | undefined, key: string) =>
      (rows ?? []).map((row, index) => part(caseSchema, row, `${name}: ${key}[${index}]`))
    const cases = [...list(run.testCases, 'testCases'), ...list(run.conversationalTestCases, 'conversationalTestCases')]
    const counted = cases.flatMap(({ metricsData }) => metricsData ?? []).filter(({ flaky }) => !flaky)
    const names = [...new Set(counted.map((metric) => metric.name))]
    const metric = given ?? (names.length === 1 ? names[0] : allPassed)
    if (given !== undefined && given !== allPassed) chosenMetric(given, names, name)
    const isDown = metric !== allPassed && metric !== undefined && isDownwards(metric, counted, name)
    const used = counted.filter((each) => metric === allPassed || each.name === metric)
    return {
      format: 'DeepEval test run',
      scores: cases.map((row) => scoreOf(row, metric ?? allPassed)),
      metric:
        metric === allPassed
          ? 'whether a test case passed all its metrics'
          : `the metric ${metric}${isDown ? ', of which less is better' : ''}`,
      ...(isDown && { scale: { worst: 1, best: 0 } }),
      metrics: [allPassed, ...names],
      graders: [...new Set(used.flatMap(({ evaluationModel }) => evaluationModel ?? []))].sort(),
      settings: {
        'strict mode': String(used.some(({ strictMode }) => strictMode)),
        // Whether a case passed depends on it.
        ...(metric === allPassed && { thresholds: thresholdsOf(used) }),
        ...(run.datasetAlias ? { dataset: run.datasetAlias } : {}),
      },
      promised: promisedBy(run),
      notes: cases.some(({ metricsData }) => metricsData?.some(({ flaky }) => flaky))
        ? ['Metrics that DeepEval calls flaky decide nothing there, and are left out here.']
        : [],
    } satisfies ToolResults
  },
}

function promisedBy({ testPassed, testFailed }: z.output<typeof runSchema>): number | undefined {
  return typeof testPassed === 'number' && typeof testFailed === 'number' ? testPassed + testFailed : undefined
}

function runOf(json: unknown): Record<string, unknown> | undefined {
  const inner = isObject(json) && isObject(json.testRunData) ? json.testRunData : json
  if (!isObject(inner) || !(Array.isArray(inner.testCases) || Array.isArray(inner.conversationalTestCases)))
    return undefined
  return 'metricsScores' in inner || 'testPassed' in inner || 'runDuration' in inner ? inner : undefined
}

const thresholdsOf = (metrics: readonly Metric[]) =>
  [...new Set(metrics.map(({ name, threshold }) => `${name} ${threshold ?? 'none'}`))].sort().join(', ')

/**
 * Whether less of a metric is better, as it is of Toxicity. The file does not say it; which side of the threshold
 * passed does.
 */
function isDownwards(metric: string, all: readonly Metric[], name: string): boolean {
  const shown = { up: 0, down: 0 }
  for (const { name: own, threshold, score, success } of all) {
    if (own !== metric || typeof score !== 'number' || typeof threshold !== 'number' || score === threshold) continue
    if (typeof success === 'boolean') shown[score > threshold === success ? 'up' : 'down'] += 1
  }
  if (shown.up > 0 && shown.down > 0)
    throw invalidResults(
      `${name}: of the metric ${metric} sometimes more passes and sometimes less, so its scores cannot be compared`,
    )
  return shown.down > 0 || (shown.up === 0 && downwards.test(metric))
}

/** Names that DeepEval gives by position, which are no names of cases. */
const positional = /^(?:conversational_)?test_case_\d+$/

function scoreOf(row: Case, metric: string): ToolScore {
  const { input, expectedOutput, context, scenario, expectedOutcome, turns, metadata, tags } = row
  const asked = turns?.filter(({ role }) => role === 'user').map(({ content }) => content)
  const test = positional.test(row.name) ? undefined : row.name.replace(/\[[^\]]*\]$/, '')
  const question = input ?? scenario ?? asked?.join(' · ') ?? ''
  const seconds = row.completionTime ?? undefined
  return {
    ...outcomeOf(row, metric),
    identity: canonicalJson([test, input, expectedOutput, context, scenario, expectedOutcome, scenario ? null : asked]),
    name: [...(test === undefined ? [] : [test]), question].join(': '),
    input: canonicalJson([question, context ?? null]),
    fields: metadata ? [metadata] : [],
    tags: tags ?? undefined,
    costUsd: row.tokenCost ?? undefined,
    latencyMs: seconds === undefined ? undefined : seconds * 1000,
  }
}

function outcomeOf({ metricsData, success }: Case, metric: string): Pick<ToolScore, 'value' | 'error'> {
  const counted = (metricsData ?? []).filter(({ flaky }) => !flaky)
  if (counted.length === 0) return { error: 'no metric was measured' }
  const own = metric === allPassed ? counted : counted.filter(({ name }) => name === metric)
  const broken = own.find(({ error }) => error)
  if (broken) return { error: `${broken.name}: ${broken.error}` }
  if (metric === allPassed) {
    if (own.some((each) => typeof each.success !== 'boolean') || typeof success !== 'boolean')
      return { error: 'a metric has no result' }
    return { value: success ? 1 : 0 }
  }
  const [first] = own
  return scored(first?.score, `the metric ${metric} has no score`)
}
