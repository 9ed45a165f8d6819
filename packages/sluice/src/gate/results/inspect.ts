import { z } from 'zod'
import { decodeText } from '../../core/suite/decode-text.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { isObject } from '../../json.ts'
import { type ZipEntry, zipEntries } from '../../zip.ts'
import { looseJson } from './results-content.ts'
import {
  field,
  invalidResults,
  noMetric,
  part,
  type ResultsContent,
  type ResultsReader,
  scored,
  shortLine,
  type ToolResults,
  type ToolScore,
  tagsOf,
} from './tool-results.ts'

/** A larger entry is an attack, or a sample that no report could show. */
const mostEntryBytes = 256 * 1024 * 1024

const data = z.record(z.string(), z.unknown())

const sampleSchema = z.object({
  id: z.union([z.string(), z.number()]),
  epoch: z.int().min(1),
  input: z.unknown().optional(),
  choices: z.unknown().optional(),
  target: z.unknown().optional(),
  scores: z.record(z.string(), z.object({ value: z.unknown().optional() })).nullish(),
  metadata: data.nullish(),
  model_usage: z.record(z.string(), z.object({ total_cost: z.number().nullish() })).nullish(),
  total_time: z.number().nullish(),
  working_time: z.number().nullish(),
  invalidation: z.unknown().optional(),
  error: z.object({ message: z.string() }).nullish(),
  limit: z.object({ type: z.string() }).nullish(),
})

const specSchema = z.object({
  task: z.string(),
  task_version: z.union([z.string(), z.number()]).nullish(),
  model: z.string(),
  model_roles: data.nullish(),
  dataset: z.object({ name: z.string().nullish(), samples: z.number().nullish() }).nullish(),
  config: z
    .object({ epochs: z.number().nullish(), limit: z.unknown().optional(), sample_id: z.unknown().optional() })
    .nullish(),
  scorers: z.array(z.object({ name: z.string(), options: data.nullish() })).nullish(),
})

const logSchema = z.object({
  version: z.literal(2),
  status: z.string().default('started'),
  eval: specSchema,
  results: z
    .object({
      total_samples: z.number().nullish(),
      scores: z.array(z.object({ name: z.string(), scorer: z.string().nullish() })).nullish(),
    })
    .nullish(),
})

type Sample = z.output<typeof sampleSchema>
type Spec = z.output<typeof specSchema>
type Log = z.output<typeof logSchema>

/** Logs of Inspect: `.json`, and `.eval`, which is a zip archive of them. */
export const inspect: ResultsReader = {
  recognises: ({ json, zip }) => zip !== undefined || (isObject(json) && isObject(json.eval) && 'status' in json),
  read(content, given) {
    const { log, samples } = readLog(content)
    const { eval: spec, status } = log
    const metrics = [...new Set(samples.flatMap(metricsOf))]
    const metric = metricOf(given, { log, samples, metrics, name: content.name })
    const isWhole = samples.some(({ scores }) => Object.hasOwn(scores ?? {}, metric))
    const scorer = isWhole ? metric : metric.slice(0, metric.indexOf('.'))
    const notes = [
      ...(status === 'success'
        ? []
        : [`${content.name}: the run ended as "${shortLine(status, 20)}", so samples may be missing.`]),
      ...(given === undefined && metrics.length > 1
        ? [`${content.name} has several scores; ${metric} is the first of its results.`]
        : []),
    ]
    return {
      format: 'Inspect log, version 2',
      scores: samples.map((sample) => scoreOf(sample, metric, spec.model)),
      metric: `the score ${metric}`,
      metrics,
      graders: gradersOf(spec, scorer),
      settings: {
        task: `${spec.task} version ${spec.task_version ?? 0}`,
        ...(spec.dataset?.name ? { dataset: spec.dataset.name } : {}),
        scorer: canonicalJson((spec.scorers ?? []).filter(({ name }) => isScorer(name, scorer))),
      },
      promised: promisedBy(log),
      doubts:
        status === 'success' || promisedBy(log) !== undefined
          ? []
          : [
              `${content.name}: the run ended as "${shortLine(status, 20)}", and how many samples are missing is not known`,
            ],
      notes,
    } satisfies ToolResults
  },
}

/** What a run that did not come to its end was to have is in its head alone. */
function promisedBy({ status, eval: spec, results }: Log): number | undefined {
  const total = results?.total_samples ?? undefined
  const samples = spec.dataset?.samples ?? undefined
  if (status === 'success' || samples === undefined) return total
  const { epochs, limit, sample_id: chosen } = spec.config ?? {}
  const [from, to] = Array.isArray(limit) ? limit.map(Number) : [0, typeof limit === 'number' ? limit : samples]
  const named = Array.isArray(chosen)
    ? chosen.length
    : typeof chosen === 'string' || typeof chosen === 'number'
      ? 1
      : samples
  const limited = Math.max(0, Math.min(to ?? samples, samples) - (from ?? 0))
  return Math.max(total ?? 0, Math.min(limited, named) * (epochs ?? 1))
}

function readLog(content: ResultsContent): { log: Log; samples: Sample[] } {
  const { name, json, zip } = content
  const { header, samples } = zip === undefined ? { header: json, samples: samplesIn(json) } : packedLog(zip, name)
  const version = isObject(header) ? header.version : undefined
  if (version !== 2)
    throw invalidResults(
      `${name}: an Inspect log ${version === undefined ? 'without a version' : `of version ${shortLine(JSON.stringify(version), 20)}`}; version 2 is read. Convert it with inspect log convert`,
    )
  const log = part(logSchema, header, name)
  const read: Sample[] = []
  for (const sample of samples) read.push(part(sampleSchema, sample, `${name}: samples[${read.length}]`))
  if (read.length === 0) throw invalidResults(`${name} holds no samples; run Inspect without --no-log-samples`)
  return { log, samples: read }
}

const samplesIn = (json: unknown): unknown[] => (isObject(json) && Array.isArray(json.samples) ? json.samples : [])

/** A packed log: a zip archive of its head and its samples. */
export function packedLog(zip: Uint8Array, file: string): { header: unknown; samples: Iterable<unknown> } {
  const entries = entriesOf(zip, file)
  const header = entries.get('header.json') ?? entries.get('_journal/start.json')
  if (header === undefined)
    throw invalidResults(`${file} is a zip archive, and no log of Inspect: it has no header.json`)
  const parse = (entry: ZipEntry): unknown => {
    const { name } = entry
    const json = looseJson(decodeText(unpacked(entry, file), `${file}/${name}`))
    if (json === undefined) throw invalidResults(`${file}: ${shortLine(name, 80)} in it is no JSON`)
    return json.value
  }
  const samples = function* () {
    for (const entry of entries.values())
      if (entry.name.startsWith('samples/') && entry.name.endsWith('.json')) yield parse(entry)
  }
  return { header: parse(header), samples: samples() }
}

function entriesOf(zip: Uint8Array, file: string): Map<string, ZipEntry> {
  return read(() => zipEntries(zip), file, '; copy it again, or convert it with inspect log convert')
}

function unpacked({ name, bytes }: ZipEntry, file: string): Uint8Array {
  return read(() => bytes(mostEntryBytes), `${file}: ${shortLine(name, 80)} in it`)
}

function read<T>(reading: () => T, place: string, way = ''): T {
  try {
    return reading()
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw invalidResults(`${place}: ${cause.message}${way}`, { cause })
  }
}

/** One metric for each scorer, and one for each key of a scorer whose value has several. */
function metricsOf({ scores }: Sample): string[] {
  return Object.entries(scores ?? {}).flatMap(([name, { value }]) =>
    isObject(value) ? Object.keys(value).map((key) => `${name}.${key}`) : [name],
  )
}

interface MetricChoice {
  log: Log
  samples: readonly Sample[]
  metrics: readonly string[]
  name: string
}

/** The first score of the results is the default: it is the one that Inspect shows first. */
function metricOf(given: string | undefined, { log, metrics, name }: MetricChoice): string {
  if (given !== undefined) {
    if (metrics.includes(given)) return given
    throw noMetric(given, metrics, name)
  }
  const [first] = log.results?.scores ?? []
  const headline = first && [first.name, `${first.scorer}.${first.name}`].find((each) => metrics.includes(each))
  const only = metrics.length === 1 ? metrics[0] : undefined
  const metric = headline ?? only
  if (metric !== undefined) return metric
  if (metrics.length === 0) throw invalidResults(`${name}: no sample has a score`)
  throw invalidResults(
    `${name} holds several scores; choose one: --metric ${metrics
      .slice(0, 10)
      .map((each) => shortLine(each, 60))
      .join(', or ')}`,
  )
}

function scoreOf(sample: Sample, metric: string, model: string): ToolScore {
  const { id, epoch, input, choices, target, metadata, model_usage: usage } = sample
  const seconds = sample.working_time ?? sample.total_time ?? undefined
  const costs = Object.values(usage ?? {}).map(({ total_cost }) => total_cost)
  const isPriced = costs.length > 0 && costs.every((cost) => typeof cost === 'number')
  return {
    ...outcomeOf(sample, metric),
    identity: String(id),
    input: canonicalJson([input ?? null, choices ?? null]),
    repeat: epoch,
    measure: canonicalJson([target ?? null, choices ?? null]),
    fields: metadata ? [metadata] : [],
    tags: tagsOf(metadata),
    costUsd: isPriced ? costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0) : undefined,
    latencyMs: seconds === undefined ? undefined : seconds * 1000,
    version: [model],
  }
}

function outcomeOf({ error, limit, invalidation, scores }: Sample, metric: string): Pick<ToolScore, 'value' | 'error'> {
  if (error) return { error: error.message }
  if (limit) return { error: `stopped by the ${limit.type} limit` }
  if (invalidation) return { error: 'the sample was declared invalid' }
  const all = scores ?? {}
  const whole = field(all, metric)
  if (isObject(whole)) return numberOf(whole.value)
  const at = metric.indexOf('.')
  const scorer = field(all, metric.slice(0, at))
  const value = isObject(scorer) && isObject(scorer.value) ? field(scorer.value, metric.slice(at + 1)) : undefined
  return numberOf(value)
}

/** The words that Inspect turns into numbers, by its `value_to_float`: correct, partial, incorrect, no answer. */
const words: Record<string, number> = { C: 1, P: 0.5, I: 0, N: 0, yes: 1, true: 1, no: 0, false: 0 }

/**
 * The value of a score as a number, by Inspect's own rule. What Inspect would count as 0 with a warning is no score.
 */
function numberOf(value: unknown): Pick<ToolScore, 'value' | 'error'> {
  if (typeof value === 'number') return scored(value, 'no score')
  if (typeof value === 'boolean') return { value: value ? 1 : 0 }
  if (typeof value !== 'string') return { error: value == null ? 'no score' : 'a score of several values' }
  const word = Object.hasOwn(words, value) ? value : value.toLowerCase()
  if (Object.hasOwn(words, word)) return scored(words[word], 'no score')
  const number = value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? { value: number } : { error: `the score "${shortLine(value, 40)}" is no number` }
}

/** Scorers are recorded with their package, and numbered where one is there twice: `pkg/match`, `match1`. */
const isScorer = (recorded: string, scorer: string) => {
  const name = recorded.split('/').at(-1) ?? recorded
  return name === scorer || recorded === scorer || scorer.replace(/\d+$/, '') === name
}

/** A scorer that asks a model names it, or takes the role "grader", or else asks the model that is being measured. */
function gradersOf({ scorers, model, model_roles: roles }: Spec, scorer: string): string[] {
  const own = (scorers ?? []).filter(({ name }) => isScorer(name, scorer))
  const graders = own.flatMap(({ name, options }) => {
    const named = options ? field(options, 'model') : undefined
    const models = (Array.isArray(named) ? named : [named]).map(modelName).filter((each) => each !== undefined)
    if (models.length > 0) return models
    if (!/model_graded/.test(name)) return []
    const grader = roles ? field(roles, 'grader') : undefined
    return [modelName(grader) ?? `${model} (the measured model itself)`]
  })
  return [...new Set(graders)].sort()
}

function modelName(given: unknown): string | undefined {
  if (typeof given === 'string') return given
  return isObject(given) && typeof given.model === 'string' ? given.model : undefined
}
