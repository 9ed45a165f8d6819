import type { RequestOutcome } from '../protocol.ts'
import { storableText } from './storable-text.ts'

/** What an application may record about a request. */
export type Observation = Omit<
  RequestOutcome,
  'id' | 'kind' | 'feature' | 'version' | 'rolloutId' | 'arm' | 'stage' | 'unit' | 'observedAt' | 'captured'
>

/** A user's feedback: a thumb up or down, or a score in [0,1]. */
export type Feedback = { score: number; comment?: string } | { thumb: 'up' | 'down'; comment?: string }

/** A longer time is a fault of its measurement. */
export const longestLatencyMs = 86_400_000

/** Called with what was left out or changed. */
type Fault = (message: string) => void

/** Returns undefined for an invalid value. */
type Read = (value: unknown) => unknown

/** A number from 0 to `most`, with `step` 1 a whole one. Anything else is a fault of the measurement. */
const amount =
  (most: number, step = 0): Read =>
  (value) =>
    typeof value === 'number' && value >= 0 && value <= most && !(value % step) ? value : undefined
const text =
  (most?: number): Read =>
  (value) =>
    typeof value === 'string' ? storableText(value, most) : undefined
const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined)

const object: Read = (value) => (typeof value === 'object' ? value : undefined)

const reads: ReadonlyMap<string, Read> = new Map(
  Object.entries({
    latencyMs: amount(longestLatencyMs),
    costUsd: amount(1_000_000),
    inputTokens: amount(1e9, 1),
    outputTokens: amount(1e9, 1),
    // Any value but false means that the request failed. Its type must not turn the failure into a success.
    error: (value) => text(4000)(value) ?? (value === false ? undefined : errorText(value)),
    refusal: flag,
    invalid: flag,
    input: object,
    steps: amount(1e5, 1),
    toolCalls: object,
    trajectory: object,
    trajectoryRef: text(1000),
    output: text(),
    servedModel: text(200),
    fingerprint: text(200),
  } satisfies Record<keyof Observation, Read>),
)

/**
 * The valid part of an observation: known fields of the right type and within their bounds. A field that is null counts
 * as missing. Invalid values are left out or cut, and reported. Undefined if it is no object or has no known field;
 * `{}` is valid. Never throws.
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

/**
 * Undefined for anything but a plain object, e.g. a promise, and for what cannot be read. An Error counts as `{error}`.
 */
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

/**
 * A value that cannot be read is replaced by a symbol. Every field but `error` refuses it, and there it is an error.
 */
function fieldOf(given: Record<string, unknown>, name: string): unknown {
  try {
    return given[name]
  } catch {
    return Symbol('unreadable')
  }
}

/** Reads a user's feedback. A score outside [0,1] becomes 0 or 1. Undefined without a score or thumb. Never throws. */
export function readFeedback(given: unknown, fault: Fault): { score: number; comment?: string } | undefined {
  const { thumb, score, comment } = Object.fromEntries(entriesOf(given) ?? [])
  const judged = thumb === 'up' ? 1 : thumb === 'down' ? 0 : score
  if (!Number.isFinite(judged)) {
    fault('nothing was recorded: expected {thumb} or {score}')
    return undefined
  }
  const read = text(4000)(comment) as string | undefined
  if (read !== (comment ?? undefined)) fault('left out or changed: comment')
  return { score: Math.min(1, Math.max(0, Number(judged))), ...(read && { comment: read }) }
}

/** A short text for anything that was thrown, as the `error` of an outcome. Never throws. */
export function errorText(error: unknown): string {
  try {
    return storableText(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 500)
  } catch {
    return 'unknown error'
  }
}
