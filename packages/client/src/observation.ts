import type { RequestOutcome } from './protocol.ts'
import { storableText } from './storable-text.ts'

/** What an application may say about a request. */
export type Observation = Omit<
  RequestOutcome,
  'id' | 'kind' | 'feature' | 'version' | 'rolloutId' | 'arm' | 'stage' | 'unit' | 'observedAt' | 'captured'
>

/** A thumb up or down, or a score in [0,1]. */
export type Feedback = { score: number; comment?: string } | { thumb: 'up' | 'down'; comment?: string }

/** Told of what was left out or cut. */
type Fault = (message: string) => void

/** Undefined for what is no good. */
type Read = (value: unknown) => unknown

/** Beyond the bound a number is a fault of whoever measured it. */
const amount =
  (most: number, step = 0): Read =>
  (value) =>
    typeof value === 'number' && value >= 0 && value <= most && !(value % step) ? value : undefined
const text =
  (most?: number): Read =>
  (value) =>
    typeof value === 'string' ? storableText(value, most) : undefined
const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined)

const reads: ReadonlyMap<string, Read> = new Map(
  Object.entries({
    latencyMs: amount(86_400_000),
    costUsd: amount(1_000_000),
    inputTokens: amount(1e9, 1),
    outputTokens: amount(1e9, 1),
    // Whatever is given for an error says that the request failed, and must not make a success of it by its form.
    error: (value) => text(4000)(value) ?? (value === false ? undefined : errorText(value)),
    refusal: flag,
    invalid: flag,
    input: (value) => (typeof value === 'object' ? value : undefined),
    output: text(),
    servedModel: text(200),
    fingerprint: text(200),
  } satisfies Record<keyof Observation, Read>),
)

/**
 * What can be used of it: known fields alone, each of its type and within its bounds. Null counts as not given. What is no good is
 * left out or cut, and told. Undefined where nothing was said of a request: no known field, unless it is `{}`. Never throws.
 */
export function readObservation(given: unknown, fault: Fault): Observation | undefined {
  const entries = entriesOf(given)
  if (!entries || (entries.length > 0 && !entries.some(([name]) => reads.has(name)))) {
    fault('nothing was recorded: expected an object')
    return undefined
  }
  const read: Record<string, unknown> = {}
  const wrong: string[] = []
  for (const [name, value] of entries) {
    if (value === undefined || value === null) continue
    const taken = reads.get(name)?.(value)
    if (taken !== value) wrong.push(name)
    if (taken !== undefined) read[name] = taken
  }
  if (wrong.length > 0) fault(`left out or changed: ${wrong.slice(0, 9)}`)
  return read
}

/** Undefined for what is no object with fields, such as a promise, and for what cannot be read. An error alone is one. */
function entriesOf(given: unknown): [string, unknown][] | undefined {
  try {
    if (given instanceof Error) return [['error', given]]
    const names = typeof given === 'object' ? Object.keys(given ?? {}) : []
    if (names.length === 0 && given?.constructor !== Object) return undefined
    return names.map((name) => [name, fieldOf(given as Record<string, unknown>, name)])
  } catch {
    return undefined
  }
}

/** In place of a value that cannot be read stands one that no field takes, but that as an error is one. */
function fieldOf(given: Record<string, unknown>, name: string): unknown {
  try {
    return given[name]
  } catch {
    return Symbol('unreadable')
  }
}

/** What a user's judgement is read as: a score beyond [0,1] is brought to its nearer end. Undefined without one. Never throws. */
export function readFeedback(given: unknown, fault: Fault): { score: number; comment?: string } | undefined {
  const { thumb, score, comment } = Object.fromEntries(entriesOf(given) ?? [])
  const judged = thumb === 'up' ? 1 : thumb === 'down' ? 0 : score
  if (!Number.isFinite(judged)) {
    fault('nothing was recorded: expected {thumb} or {score}')
    return undefined
  }
  const said = text(4000)(comment) as string | undefined
  if (said !== (comment ?? undefined)) fault('left out or changed: comment')
  return { score: Math.min(1, Math.max(0, Number(judged))), ...(said && { comment: said }) }
}

/** In short, what a failed request is reported with; of whatever was thrown. */
export function errorText(error: unknown): string {
  try {
    return storableText(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 500)
  } catch {
    return 'unknown error'
  }
}
