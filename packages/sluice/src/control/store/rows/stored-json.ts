import type { z } from 'zod'
import { StoreError } from '../store-error.ts'

/**
 * A value out of the store, checked. `place` names it in the error.
 * @throws StoreError `damaged`
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0] ?? { path: [], message: 'unknown' }
  throw damaged(place, `${path.join('.')}: ${message}`, result.error)
}

/** JSON out of the store. */
export function parsed(text: unknown, place: string): unknown {
  try {
    return JSON.parse(String(text))
  } catch (cause) {
    throw damaged(place, 'it is no JSON', cause)
  }
}

/**
 * JSON for the store. JSON knows no number that is not finite: it would be written as null and read back as something that
 * nobody has said.
 * @throws StoreError `failed` that names the place of such a number
 */
export function storedText(value: unknown, place: string): string {
  const text = JSON.stringify(value ?? null)
  // As null it would be written: what holds none has no such number.
  const odd = text.includes('null') ? notFinite(value) : undefined
  if (odd === undefined) return text
  const where = odd === '' ? place : `${place} at ${odd}`
  throw new StoreError('failed', `${where} is not a finite number: it is not stored`)
}

/** Whether all numbers in a value are finite. */
export function hasFiniteNumbers(value: unknown): boolean {
  return notFinite(value) === undefined
}

/** The path of the first number that is not finite. */
function notFinite(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : ''
  if (value === null || typeof value !== 'object') return undefined
  for (const key in value) {
    const held = (value as Record<string, unknown>)[key]
    // Decided here for most: this is done for every entry of the log.
    if (held === null || (typeof held !== 'number' && typeof held !== 'object')) continue
    const inside = notFinite(held)
    if (inside !== undefined) return inside === '' ? key : `${key}.${inside}`
  }
  return undefined
}

function damaged(place: string, why: string, cause: unknown): StoreError {
  return new StoreError('damaged', `the store's ${place} is damaged (${why}): put a backup back`, { cause })
}
