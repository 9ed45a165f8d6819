import { longest } from '../wire/outcome.ts'

/** A field of an outcome that could not be taken as it came. */
export interface FieldNote {
  field: string
  /** `left-out`: the field counts as not given · `cut`: a text was too long · `replaced`: something else stands for it. */
  code: 'left-out' | 'cut' | 'replaced'
}

/** Fields without which an outcome still says something true; the others make it what it is. */
const optional = new Set([
  ...['unit', 'observedAt', 'latencyMs', 'costUsd', 'inputTokens', 'outputTokens', 'error', 'refusal', 'invalid'],
  ...['input', 'output', 'captured', 'servedModel', 'fingerprint', 'comment'],
])
/** Null says "not in a rollout" here; anything else that is odd would hide where the request belongs. */
const nullable = new Set(['rolloutId', 'arm', 'stage', 'kind'])

/**
 * An outcome without what is wrong with these fields, and what was done about each. Undefined where one of them is essential.
 * @param receivedAt ISO 8601, in the place of a time that is none
 */
export function mendOutcome(
  value: unknown,
  fields: readonly string[],
  receivedAt: string,
): { mended: unknown; notes: FieldNote[] } | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const entries = new Map(Object.entries(value))
  const notes: FieldNote[] = []
  for (const field of new Set(fields)) {
    const given: unknown = entries.get(field)
    if (!entries.has(field) || !(optional.has(field) || (nullable.has(field) && given === null))) return undefined
    const [code, next] = mendedField(field, given, receivedAt)
    if (next === undefined) entries.delete(field)
    else entries.set(field, next)
    notes.push({ field, code })
  }
  return { mended: Object.fromEntries(entries), notes }
}

function mendedField(field: string, given: unknown, receivedAt: string): [FieldNote['code'], unknown?] {
  if (field === 'observedAt') return ['replaced', receivedAt]
  if (field === 'unit' && Number.isFinite(given)) return ['replaced', String(given)]
  if (typeof given === 'string' && Object.hasOwn(longest, field))
    return ['cut', given.slice(0, longest[field as keyof typeof longest])]
  // Whatever says that the request failed must not make a success of it by its form.
  if (field === 'error' && given !== null && given !== false)
    return ['replaced', `an error that is no text (${typeof given})`]
  return ['left-out']
}
