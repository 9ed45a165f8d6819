import type { z } from 'zod'
import { StoreError } from '../store-error.ts'

/**
 * A stored value, checked by its schema. `place` names it in the error.
 * @throws StoreError `damaged`
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0] ?? { path: [], message: 'unknown' }
  throw damaged(place, `${path.join('.')}: ${message}`, result.error)
}

/** A stored JSON text, parsed. @throws StoreError `damaged` */
export function parsed(text: unknown, place: string): unknown {
  try {
    return JSON.parse(String(text))
  } catch (cause) {
    throw damaged(place, 'it is not JSON', cause)
  }
}

/**
 * Reads a document that is stored as JSON in one column. It was validated before it was written. The schema checks that
 * the text still has what its readers need, and keeps unknown fields.
 */
export function documentReader<T>(what: string, schema: z.ZodType): (text: unknown) => T {
  return (text) => checked(schema, parsed(text, what), what) as T
}

/**
 * A value as JSON text. JSON would write a number that is not finite as null, so such a number is refused.
 * @throws StoreError `failed` with the place of such a number
 */
export function storedText(value: unknown, place: string): string {
  const text = JSON.stringify(value ?? null)
  // Such a number is written as null, so a text without null has none.
  const odd = text.includes('null') ? notFinite(value) : undefined
  if (odd === undefined) return text
  const where = odd === '' ? place : `${place} at ${odd}`
  throw new StoreError('failed', `${where} is not a finite number, so nothing was stored`)
}

/** Whether all numbers in a value are finite. */
export function hasFiniteNumbers(value: unknown): boolean {
  return notFinite(value) === undefined
}

/** The path of the first number that is not finite. */
function notFinite(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : ''
  if (value === null || typeof value !== 'object') return undefined
  if (Array.isArray(value)) return notFiniteItem(value)
  for (const key in value) {
    const held = (value as Record<string, unknown>)[key]
    // Most values are decided here, since this runs for every log entry.
    if (held === null || (typeof held !== 'number' && typeof held !== 'object')) continue
    const inside = notFinite(held)
    if (inside !== undefined) return inside === '' ? key : `${key}.${inside}`
  }
  return undefined
}

/** Goes through an array's items like any value, but makes no texts of their places. */
function notFiniteItem(values: readonly unknown[]): string | undefined {
  for (let index = 0; index < values.length; index += 1) {
    const inside = notFinite(values[index])
    if (inside !== undefined) return inside === '' ? String(index) : `${index}.${inside}`
  }
  return undefined
}

function damaged(place: string, why: string, cause: unknown): StoreError {
  return new StoreError('damaged', `the store's ${place} is damaged (${why}): restore a backup`, { cause })
}
