import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import { isObject } from '../../json.ts'
import { visibleLine } from '../../text/untrusted.ts'

/** One score as a tool recorded it. Exactly one of `value` and `error` is set. */
export interface ToolScore {
  /** What stays the same of a case from run to run: its own id, or what was asked. */
  identity: string
  /** How people call it, where the identity is long. */
  name?: string
  /** What was asked: cases that were asked the same are not independent. */
  input?: string | undefined
  /** From 1, where the tool numbers the repeats of a case. */
  repeat?: number
  /** On the tool's scale. */
  value?: number
  /** Why there is no score. */
  error?: string
  /** Whether it passed by the tool's own rule, where it has one beside the score. */
  passed?: boolean
  /** What the answer was held against: assertions, an expected answer. */
  measure?: string | undefined
  /** Where further fields of the case are found by their name: its metadata, its variables. */
  fields?: readonly object[]
  tags?: readonly string[] | undefined
  costUsd?: number | undefined
  latencyMs?: number | undefined
  /** What answered, in the words by which `#` chooses it: provider and prompt, or an experiment. */
  version?: readonly string[]
}

/** The worst and the best score there can be; the worst is the larger one where less is better. */
export interface Scale {
  worst: number
  best: number
}

/** What a results file of a tool holds. */
export interface ToolResults {
  /** With the version of the format, for people. */
  format: string
  scores: ToolScore[]
  /** Which score was taken, in words. */
  metric: string
  /** The names that `--metric` takes. */
  metrics: readonly string[]
  /** Where the tool says it; otherwise scores lie from 0 to 1, and more is better. */
  scale?: Scale
  /** The models that graded, each once and in order; null where the format does not record them. */
  graders: readonly string[] | null
  /** What else the scores depend on and the file says: the dataset, the version of a task. */
  settings?: Readonly<Record<string, string>>
  /** How many results the file says it has, where it says so. */
  promised?: number | undefined
  /** Why the file cannot be right about its own results; a pass cannot rest on it. */
  doubts?: readonly string[]
  notes: readonly string[]
}

/** A file, as far as it can be read without knowing the tool. */
export interface ResultsContent {
  /** The file as the user named it. */
  name: string
  /** The SHA-256 of its bytes. */
  digest: string
  /** Undefined for a file that is no JSON; a list of the lines for JSON Lines. */
  json?: unknown
  xml?: string
  zip?: Uint8Array
}

/** What reads the files of one tool. */
export interface ResultsReader {
  /** Whether the content is this tool's, whatever its version. */
  recognises(content: ResultsContent): boolean
  /** @throws SluiceError `invalid-input` for another version, and for a metric that is not there. */
  read(content: ResultsContent, metric: string | undefined): ToolResults
}

export function invalidResults(message: string, options?: ErrorOptions): SluiceError {
  return new SluiceError('invalid-input', message, options)
}

/** An own field: a name such as `constructor` finds nothing else. */
export function field(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
}

/** The part of a file that a reader relies on. @throws SluiceError that names the place */
export function part<S extends z.ZodType>(schema: S, value: unknown, place: string): z.output<S> {
  const { data, error } = schema.safeParse(value)
  if (error === undefined) return data
  const faults = error.issues.slice(0, 3).map(({ path, message }) => `${[place, ...path].join('.')}: ${message}`)
  throw invalidResults(faults.join('\n'))
}

/** Names in a sentence, safe to print and not too many. */
export function nameList(names: readonly string[], most = 10): string {
  const shown = names.slice(0, most).map((name) => shortLine(name, 80))
  const left = names.length - shown.length
  return `${shown.join(', ')}${left > 0 ? `, and ${left} more` : ''}`
}

/** At most `length` characters of a text, on one line and safe to print. */
export function shortLine(text: string, length: number): string {
  const line = visibleLine(text.slice(0, length * 4))
  return line.length <= length
    ? line
    : `${line
        .slice(0, length - 1)
        .toWellFormed()
        .trimEnd()}…`
}

/** A score in a range that is the tool's, or the reason why there is none. */
export function scored(value: number | null | undefined, otherwise: string): Pick<ToolScore, 'value' | 'error'> {
  return value === null || value === undefined || Number.isNaN(value) ? { error: otherwise } : { value }
}

const tagsSchema = z.array(z.string().min(1))

/** The texts of a field `tags`, where it is a list of texts. */
export function tagsOf(fields: unknown): string[] | undefined {
  const tags = isObject(fields) ? field(fields, 'tags') : undefined
  return tags === undefined ? undefined : tagsSchema.safeParse(tags).data?.map(visibleLine)
}

/**
 * The metric that was asked for, else the only one there is.
 * @throws SluiceError where that is none of those there are, or where there are several and nobody chose
 */
export function chosenMetric(metric: string | undefined, metrics: readonly string[], name: string): string {
  if (metric !== undefined) {
    if (metrics.includes(metric)) return metric
    throw noMetric(metric, metrics, name)
  }
  const [only, ...more] = metrics
  if (only === undefined) throw invalidResults(`${name}: no result has a score`)
  if (more.length === 0) return only
  throw invalidResults(
    `${name} holds several scores and no overall one; choose: --metric ${more.length > 9 ? 'NAME, one of' : 'with one of'} ${nameList(metrics)}`,
  )
}

export function noMetric(metric: string, metrics: readonly string[], name: string): SluiceError {
  const has = metrics.length === 0 ? 'it has none to choose from' : `it has ${nameList(metrics)}`
  return invalidResults(`${name}: no result has the metric "${shortLine(metric, 80)}"; ${has}`)
}
