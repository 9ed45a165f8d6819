import { z } from 'zod'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import {
  chosenMetric,
  invalidResults,
  part,
  type ResultsReader,
  shortLine,
  type ToolResults,
  type ToolScore,
  tagsOf,
} from './tool-results.ts'

const scoreSchema = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]).nullish(),
  dataType: z.string().nullish(),
  data_type: z.string().nullish(),
})

type Score = z.output<typeof scoreSchema>

/** An item of `GET /api/public/experiment-items?fields=core,dataset,io,itemMetadata,scores`. */
const itemSchema = z.object({
  experimentItemId: z.string(),
  experimentName: z.string().nullish(),
  startTime: z.string().nullish(),
  endTime: z.string().nullish(),
  level: z.string().nullish(),
  input: z.unknown().optional(),
  expectedOutput: z.unknown().optional(),
  experimentItemMetadata: z.record(z.string(), z.unknown()).nullish(),
  scores: z.array(scoreSchema).nullish(),
})

/** A result of `run_experiment` of the SDKs, written as JSON; Python and JavaScript name the fields differently. */
const runItemSchema = z.object({
  item: z.looseObject({ id: z.string().nullish(), input: z.unknown().optional(), metadata: z.unknown().optional() }),
  evaluations: z.array(scoreSchema).nullish(),
})

interface Item {
  identity: string
  name?: string
  input: string
  measure: string
  scores: readonly Score[]
  error?: string | undefined
  latencyMs?: number | undefined
  metadata?: Record<string, unknown> | undefined
  version?: readonly string[]
}

/** Experiments of Langfuse: items of the Experiments API, in one file or page after page, or what the SDK returned. */
export const langfuse: ResultsReader = {
  recognises: ({ json }) => pagesOf(json) !== undefined || runOf(json) !== undefined,
  read({ json, name }, given) {
    const run = runOf(json)
    const items = run === undefined ? itemsOf(json, name) : runItems(run, name)
    const names = [...new Set(items.flatMap(({ scores }) => scores.filter(isMetric).map((score) => score.name)))]
    const metric = chosenMetric(given, names, name)
    const texts = items.filter(({ scores }) => scores.some((each) => each.name === metric && isWord(each)))
    if (texts.length > 0)
      throw invalidResults(
        `${name}: the score ${shortLine(metric, 60)} is categorical in ${texts.length} of ${items.length} items, and no number says which category is better; choose a numeric one with --metric`,
      )
    return {
      format: run === undefined ? 'Langfuse experiment items' : 'Langfuse experiment result',
      scores: items.map((item) => scoreOf(item, metric)),
      metric: `the score ${metric}`,
      metrics: names,
      graders: null,
      notes: [],
    } satisfies ToolResults
  },
}

const kindOf = ({ dataType, data_type }: Score) => dataType ?? data_type ?? ''
/** Texts and corrections are no scores. */
const isMetric = (score: Score) => !['TEXT', 'CORRECTION'].includes(kindOf(score))
const isWord = (score: Score) => kindOf(score) === 'CATEGORICAL' || typeof score.value === 'string'

/** The pages of an export: one page, several, or the items alone. */
function pagesOf(json: unknown): { data: unknown[]; cursor: unknown }[] | undefined {
  const isItem = (row: unknown) => isObject(row) && 'experimentItemId' in row
  const pageOf = (page: unknown) =>
    isObject(page) && Array.isArray(page.data) && page.data.some(isItem)
      ? { data: page.data, cursor: isObject(page.meta) ? page.meta.cursor : undefined }
      : undefined
  const single = pageOf(json)
  if (single !== undefined) return [single]
  if (!Array.isArray(json) || json.length === 0) return undefined
  if (isItem(json[0])) return [{ data: json, cursor: undefined }]
  // The last page may be empty.
  return pageOf(json[0]) && json.map((page) => pageOf(page) ?? { data: [], cursor: undefined })
}

function itemsOf(json: unknown, name: string): Item[] {
  const pages = pagesOf(json) ?? []
  if (pages.at(-1)?.cursor)
    throw invalidResults(
      `${name} holds ${pages.length === 1 ? 'one page' : `${pages.length} pages`} of a longer list: ask for the rest with its cursor, and write all pages as one JSON list`,
    )
  const rows = pages.flatMap(({ data }) => data).map((row, index) => part(itemSchema, row, `${name}: item ${index}`))
  if (rows.length > 0 && rows.every(({ scores }) => scores === undefined))
    throw invalidResults(
      `${name}: the items have no scores; export them with fields=core,dataset,io,itemMetadata,scores`,
    )
  return rows.map((row) => {
    const [from, to] = [row.startTime, row.endTime].map((time) => (time ? Date.parse(time) : Number.NaN))
    const duration = (to ?? Number.NaN) - (from ?? Number.NaN)
    return {
      identity: row.experimentItemId,
      input: canonicalJson(row.input ?? row.experimentItemId),
      measure: canonicalJson(row.expectedOutput ?? null),
      scores: row.scores ?? [],
      error: row.level === 'ERROR' ? 'the item ended with an error' : undefined,
      latencyMs: Number.isNaN(duration) ? undefined : duration,
      metadata: row.experimentItemMetadata ?? undefined,
      version: row.experimentName ? [row.experimentName] : [],
    }
  })
}

function runOf(json: unknown): unknown[] | undefined {
  if (!isObject(json)) return undefined
  const items = json.itemResults ?? json.item_results
  return Array.isArray(items) && ('runEvaluations' in json || 'run_evaluations' in json) ? items : undefined
}

function runItems(run: readonly unknown[], name: string): Item[] {
  return run.map((row, index) => {
    const { item, evaluations } = part(runItemSchema, row, `${name}: itemResults[${index}]`)
    const asked = canonicalJson(item.input ?? null)
    const expected = item.expectedOutput ?? item.expected_output ?? null
    return {
      identity: item.id ?? canonicalJson([item.input ?? null, expected]),
      ...(!item.id && { name: typeof item.input === 'string' ? item.input : asked }),
      input: asked,
      measure: canonicalJson(expected),
      scores: evaluations ?? [],
      metadata: isObject(item.metadata) ? item.metadata : undefined,
    }
  })
}

function scoreOf({ scores, error, metadata, ...item }: Item, metric: string): ToolScore {
  const own = scores.filter(({ name }) => name === metric).map(({ value }) => Number(value ?? Number.NaN))
  const sum = own.reduce((total, value) => total + value, 0)
  const outcome =
    error !== undefined
      ? { error }
      : own.length === 0 || !Number.isFinite(sum)
        ? { error: `no score ${metric}` }
        : { value: sum / own.length }
  return { ...item, ...outcome, fields: metadata ? [metadata] : [], tags: tagsOf(metadata) }
}
