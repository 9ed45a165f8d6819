import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import { graderFailure, isGraded } from './promptfoo-graders.ts'
import {
  chosenMetric,
  field,
  invalidResults,
  part,
  type ResultsContent,
  type ResultsReader,
  scored,
  shortLine,
  type ToolResults,
  type ToolScore,
  tagsOf,
} from './tool-results.ts'

const data = z.record(z.string(), z.unknown())

const componentSchema = z.object({
  score: z.number().nullish(),
  reason: z.string().nullish(),
  assertion: z.looseObject({ type: z.string().nullish() }).nullish(),
  metadata: z.object({ graderError: z.unknown().optional() }).nullish(),
})

const rowSchema = z.object({
  testCase: data.nullish(),
  vars: data.nullish(),
  prompt: z.object({ raw: z.string().nullish(), label: z.string().nullish() }).nullish(),
  promptId: z.string().nullish(),
  promptIdx: z.number().nullish(),
  provider: z.union([z.string(), z.object({ id: z.string().nullish(), label: z.string().nullish() })]).nullish(),
  response: z.object({ error: z.unknown().optional(), cached: z.boolean().nullish() }).nullish(),
  error: z.unknown().optional(),
  failureReason: z.number().nullish(),
  success: z.boolean(),
  score: z.number().nullish(),
  namedScores: z.record(z.string(), z.number().nullable()).nullish(),
  latencyMs: z.number().nullish(),
  cost: z.number().nullish(),
  gradingResult: componentSchema.extend({ componentResults: z.array(componentSchema.nullish()).nullish() }).nullish(),
})

type Row = z.output<typeof rowSchema>
type Component = z.output<typeof componentSchema>

/** Versions of the list of results. The file around it has versions of its own, which say nothing about the list. */
export const promptfooVersions = [2, 3]
const overall = 'the overall score of a test'
const passed = 'pass'

/** Results of `promptfoo eval -o results.json` or `.jsonl`. */
export const promptfoo: ResultsReader = {
  recognises: ({ json }) => (Array.isArray(json) ? isRow(json[0]) : summaryOf(json) !== undefined),
  read(content, metric) {
    const { rows, version, stats } = listOf(content)
    const config = isObject(content.json) ? content.json.config : undefined
    const built = field(metadataOf(content.json), 'promptfooVersion')
    const inOrder = rows.toSorted((a, b) => (a.promptIdx ?? 0) - (b.promptIdx ?? 0))
    const prompts = [...new Set(inOrder.map(promptKey))]
    const metrics = [passed, ...new Set(rows.flatMap(metricsOf))]
    if (metric !== undefined) chosenMetric(metric, metrics, content.name)
    const grader = graderOf(config, typeof built === 'string' ? built : undefined)
    return {
      format: `promptfoo results, version ${version}${typeof built === 'string' ? ` (promptfoo ${shortLine(built, 20)})` : ''}`,
      scores: apart(rows.map((row) => scoreOf(row, { metric, prompts }))),
      metric: metric === undefined ? overall : metric === passed ? 'whether a test passed' : `the metric ${metric}`,
      metrics,
      graders: [...new Set(rows.flatMap((row) => grader(row)))].sort(),
      promised: stats,
      notes: [],
    } satisfies ToolResults
  },
}

const isRow = (row: unknown): boolean =>
  isObject(row) && 'success' in row && 'prompt' in row && ('provider' in row || 'gradingResult' in row)

/** The object that holds the list: the file itself, or its `results`. */
function summaryOf(json: unknown): Record<string, unknown> | undefined {
  if (!isObject(json)) return undefined
  const { results } = json
  if (isObject(results) && Array.isArray(results.results)) return results
  return Array.isArray(results) && 'version' in json && ('prompts' in json || 'table' in json || 'stats' in json)
    ? json
    : undefined
}

function listOf({ json, name }: ResultsContent): { rows: Row[]; version: number; stats: number | undefined } {
  const summary = summaryOf(json)
  const version = summary === undefined ? 3 : summary.version
  if (typeof version !== 'number' || !promptfooVersions.includes(version)) {
    const found = version === undefined ? 'without a version' : `of version ${shortLine(JSON.stringify(version), 20)}`
    throw invalidResults(
      `${name}: promptfoo results ${found}; versions ${promptfooVersions.join(' and ')} are read. Write them again with promptfoo eval -o results.json`,
    )
  }
  const list = summary === undefined ? json : summary.results
  if (!Array.isArray(list)) throw invalidResults(`${name}: not a list of promptfoo results`)
  const rows = list.map((row, index) => part(rowSchema, row, `${name}: results[${index}]`))
  const counts = z
    .object({ successes: z.number(), failures: z.number(), errors: z.number().default(0) })
    .safeParse(summary?.stats)
  const stats = counts.data && counts.data.successes + counts.data.failures + counts.data.errors
  return { rows, version, stats }
}

function metadataOf(json: unknown): object {
  return isObject(json) && isObject(json.metadata) ? json.metadata : {}
}

function componentsOf({ gradingResult }: Row): Component[] {
  return (gradingResult?.componentResults ?? []).flatMap((each) => (each ? [each] : []))
}

const metricName = ({ assertion }: Component): string | undefined => {
  const name = assertion ? field(assertion, 'metric') : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

function metricsOf(row: Row): string[] {
  const named = componentsOf(row).flatMap((each) => metricName(each) ?? [])
  return [...Object.keys(row.namedScores ?? {}), ...named]
}

/** The prompt as it was written; the text of a result has its variables filled in. */
function promptKey({ prompt, promptId }: Row): string {
  return promptId || prompt?.label ? JSON.stringify([promptId, prompt?.label]) : (prompt?.raw ?? '')
}

/** Variables that promptfoo adds by itself. */
export const promptfooVariables: ReadonlySet<string> = new Set(['_conversation', 'sessionId'])

function scoreOf(row: Row, { metric, prompts }: { metric: string | undefined; prompts: readonly string[] }): ToolScore {
  const { testCase, response, latencyMs, cost } = row
  // The variables of the test, not those of the result: outputs that earlier tests stored are among the latter.
  const own = testCase ? field(testCase, 'vars') : undefined
  const given = isObject(own) ? own : (row.vars ?? {})
  const vars = Object.fromEntries(Object.entries(given).filter(([name]) => !promptfooVariables.has(name)))
  const described = testCase ? field(testCase, 'description') : undefined
  const description = typeof described === 'string' && described.trim() !== '' ? described : undefined
  const metadata = testCase ? field(testCase, 'metadata') : undefined
  const label = typeof row.provider === 'string' ? row.provider : row.provider?.label || row.provider?.id
  const position = `prompt ${prompts.indexOf(promptKey(row)) + 1}`
  const isPaid = response?.cached !== true
  return {
    ...outcomeOf(row, metric),
    passed: row.success,
    identity: canonicalJson([description ?? null, vars]),
    name: description ?? Object.values(vars).map(textOf).join(' · '),
    input: canonicalJson(vars),
    measure: measureOf(row),
    fields: [...(isObject(metadata) ? [metadata] : []), vars],
    tags: tagsOf(metadata),
    latencyMs: isPaid ? (latencyMs ?? undefined) : undefined,
    costUsd: isPaid ? (cost ?? undefined) : undefined,
    version: [label || 'unknown provider', position, ...(row.prompt?.label ? [shortLine(row.prompt.label, 60)] : [])],
  }
}

/** Tests of the same variables that assert different things are different cases, told apart by what they assert. */
function apart(scores: ToolScore[]): ToolScore[] {
  const measures = new Map<string, Set<string | undefined>>()
  for (const { identity, measure } of scores) measures.set(identity, (measures.get(identity) ?? new Set()).add(measure))
  return scores.map((score) => {
    const { identity, measure = '' } = score
    if ((measures.get(identity)?.size ?? 0) < 2) return score
    const hash = createHash('sha256').update(measure).digest('hex').slice(0, 10)
    return { ...score, identity: `${identity} ${hash}` }
  })
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function outcomeOf(row: Row, metric: string | undefined): Pick<ToolScore, 'value' | 'error'> {
  const failure = errorOf(row)
  if (failure !== undefined) return { error: failure }
  if (metric === passed) return { value: row.success ? 1 : 0 }
  if (metric === undefined) return scored(row.score, 'the result has no score')
  const parts = componentsOf(row).filter((each) => metricName(each) === metric)
  const named = field(row.namedScores ?? {}, metric)
  if (parts.length === 0)
    return scored(typeof named === 'number' ? named : undefined, `the result has no metric ${metric}`)
  // The named score of some versions is a sum; the mean of its parts is the same in all.
  if (parts.some(({ score }) => typeof score !== 'number')) return { error: `the metric ${metric} has no score` }
  return { value: parts.reduce((sum, { score }) => sum + (score ?? 0), 0) / parts.length }
}

/**
 * Why a result says nothing about its answer. A text in `error` alone does not: a failed assertion is told there too.
 */
function errorOf(row: Row): string | undefined {
  const { failureReason, response, gradingResult, testCase } = row
  const fault = [row.error, response?.error].find((each) => typeof each === 'string' && each !== '')
  const message = typeof fault === 'string' ? fault : 'an error without a message'
  if (failureReason === 2 || response?.error) return message
  const broken = [...(gradingResult ? [gradingResult] : []), ...componentsOf(row)].flatMap(
    (each) => graderFailure(each) ?? [],
  )
  if (broken[0] !== undefined) return broken[0]
  if (!gradingResult && fault !== undefined) return message
  const asserted = testCase && (field(testCase, 'assert') ?? [])
  if (Array.isArray(asserted) && asserted.length === 0 && componentsOf(row).length === 0)
    return 'the test asserts nothing, so its score says nothing'
  return undefined
}

/** The assertions of a test, without the models that grade them. */
function measureOf({ testCase, gradingResult }: Row): string | undefined {
  const declared = testCase ? field(testCase, 'assert') : undefined
  const options = testCase ? field(testCase, 'options') : undefined
  const asserted = Array.isArray(declared)
    ? declared
    : (gradingResult?.componentResults ?? []).flatMap((each) => (each?.assertion ? [each.assertion] : []))
  const bare = asserted.map((each) => (isObject(each) ? { ...each, provider: undefined } : each))
  const rubric = isObject(options) ? field(options, 'rubricPrompt') : undefined
  return canonicalJson([bare, testCase ? (field(testCase, 'threshold') ?? null) : null, rubric ?? null])
}

function graderOf(config: unknown, built: string | undefined): (row: Row) => string[] {
  const defaultTest = isObject(config) ? config.defaultTest : undefined
  const common = isObject(defaultTest) && isObject(defaultTest.options) ? defaultTest.options.provider : undefined
  const fallback = `promptfoo's default${built === undefined ? '' : ` (${shortLine(built, 20)})`}`
  return (row) => {
    const options = row.testCase ? field(row.testCase, 'options') : undefined
    const ofTest = isObject(options) ? field(options, 'provider') : undefined
    return componentsOf(row).flatMap(({ assertion }) => {
      if (!assertion || !isGraded(assertion.type)) return []
      return [providerName(field(assertion, 'provider') ?? ofTest ?? common) ?? fallback]
    })
  }
}

function providerName(provider: unknown): string | undefined {
  if (typeof provider === 'string') return provider
  if (!isObject(provider)) return undefined
  const { label, id, text } = provider
  const name = [label, id].find((each) => typeof each === 'string' && each !== '')
  if (typeof name === 'string') return name
  return text === undefined ? 'a provider without a name' : providerName(text)
}
