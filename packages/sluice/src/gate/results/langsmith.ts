import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import {
  chosenMetric,
  part,
  type ResultsReader,
  scored,
  type ToolResults,
  type ToolScore,
  tagsOf,
} from './tool-results.ts'

const data = z.record(z.string(), z.unknown())
const feedbackSchema = z.object({
  key: z.string(),
  score: z.union([z.number(), z.boolean()]).nullish(),
  comment: z.unknown().optional(),
})
const runSchema = z.object({
  error: z.string().nullish(),
  start_time: z.string().nullish(),
  end_time: z.string().nullish(),
  total_cost: z.union([z.number(), z.string()]).nullish(),
  feedback_stats: z.record(z.string(), z.object({ avg: z.number().nullish() })).nullish(),
  reference_example_id: z.string().nullish(),
})
const exampleSchema = z.object({
  id: z.string().nullish(),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
  metadata: data.nullish(),
})

/** `get_experiment_results` of the SDK: an example with its runs. */
const withRunsSchema = exampleSchema.extend({ runs: z.array(runSchema) })
/** A row of what `evaluate` returns. */
const evaluatedSchema = z.object({
  run: runSchema,
  example: exampleSchema,
  evaluation_results: z.object({ results: z.array(feedbackSchema).nullish() }),
})
/**
 * A row of `ExperimentResults.to_pandas()` or `get_test_results`, whose columns have names such as `feedback.correct`.
 */
const flatSchema = data

interface Run {
  id: string
  example: z.output<typeof exampleSchema>
  run: Partial<z.output<typeof runSchema>>
  /** What was scored, by its key; undefined where an evaluator gave no number, with its reason. */
  feedback: ReadonlyMap<string, { score: number | undefined; comment: string | undefined }>
  latencyMs?: number | undefined
}

/** Experiments of LangSmith, as its SDK gives them, written as JSON or JSON Lines. */
export const langsmith: ResultsReader = {
  recognises: ({ json }) => kindOf(rowsOf(json)[0]) !== undefined,
  read({ json, name }, given) {
    const runs = rowsOf(json).flatMap((row, index) => runsOf(row, `${name}: row ${index}`))
    const keys = [...new Set(runs.flatMap(({ feedback }) => [...feedback.keys()]))]
    const metric = chosenMetric(given, keys, name)
    return {
      format: 'LangSmith experiment',
      scores: runs.map((run) => scoreOf(run, metric)),
      metric: `the feedback ${metric}`,
      metrics: keys,
      graders: null,
      notes: [],
    } satisfies ToolResults
  },
}

function rowsOf(json: unknown): unknown[] {
  if (Array.isArray(json)) return json
  if (!isObject(json)) return []
  if (Array.isArray(json.examples_with_runs)) return json.examples_with_runs
  return kindOf(json) === undefined ? [] : [json]
}

function kindOf(row: unknown): 'with-runs' | 'evaluated' | 'flat' | undefined {
  if (!isObject(row)) return undefined
  if (Array.isArray(row.runs) && 'inputs' in row) return 'with-runs'
  if (isObject(row.run) && isObject(row.example) && isObject(row.evaluation_results)) return 'evaluated'
  const hasFeedback = Object.keys(row).some((key) => key.startsWith('feedback.'))
  return 'example_id' in row || (hasFeedback && 'execution_time' in row) ? 'flat' : undefined
}

function runsOf(row: unknown, place: string): Run[] {
  const kind = kindOf(row)
  if (kind === 'with-runs') {
    const { runs, ...example } = part(withRunsSchema, row, place)
    return runs.map((run) => ({
      id: example.id ?? canonicalJson(example.inputs ?? null),
      example,
      run,
      latencyMs: durationOf(run),
      feedback: new Map(
        Object.entries(run.feedback_stats ?? {}).map(([key, { avg }]) => [
          key,
          { score: avg ?? undefined, comment: undefined },
        ]),
      ),
    }))
  }
  if (kind === 'evaluated') {
    const { run, example, evaluation_results: evaluated } = part(evaluatedSchema, row, place)
    const feedback = (evaluated.results ?? []).map(
      ({ key, score, comment }): [string, { score: number | undefined; comment: string | undefined }] => [
        key,
        {
          score: score == null ? undefined : Number(score),
          comment: typeof comment === 'string' ? comment : undefined,
        },
      ],
    )
    const id = example.id ?? run.reference_example_id ?? canonicalJson(example.inputs ?? null)
    return [{ id, example, run, latencyMs: durationOf(run), feedback: new Map(feedback) }]
  }
  return [flatRun(part(flatSchema, row, place))]
}

function flatRun(row: Record<string, unknown>): Run {
  const under = (prefix: string) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([key, value]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
      ),
    )
  const inputs = { ...under('inputs.'), ...under('input.') }
  const { example_id: id, error, execution_time: seconds } = row
  const feedback = Object.entries(under('feedback.')).map(
    ([key, value]): [string, { score: number | undefined; comment: undefined }] => [
      key,
      {
        score: typeof value === 'number' || typeof value === 'boolean' ? Number(value) : undefined,
        comment: undefined,
      },
    ],
  )
  return {
    id: typeof id === 'string' ? id : canonicalJson(inputs),
    example: { inputs, outputs: under('reference.') },
    run: { error: typeof error === 'string' && error !== '' ? error : null },
    latencyMs: typeof seconds === 'number' ? seconds * 1000 : undefined,
    feedback: new Map(feedback),
  }
}

function durationOf({ start_time: from, end_time: to }: z.output<typeof runSchema>): number | undefined {
  const duration = from && to ? Date.parse(to) - Date.parse(from) : Number.NaN
  return Number.isNaN(duration) ? undefined : duration
}

function scoreOf({ id, example, run, feedback, latencyMs }: Run, metric: string): ToolScore {
  const { inputs, outputs, metadata } = example
  const found = feedback.get(metric)
  const cost = run.total_cost == null ? Number.NaN : Number(run.total_cost)
  return {
    ...(run.error ? { error: run.error } : scored(found?.score, found?.comment ?? `no score for ${metric}`)),
    identity: id,
    input: canonicalJson(inputs ?? null),
    measure: canonicalJson(outputs ?? null),
    fields: metadata ? [metadata] : [],
    tags: tagsOf(metadata),
    latencyMs,
    costUsd: Number.isNaN(cost) ? undefined : cost,
  }
}
