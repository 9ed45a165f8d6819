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

function damaged(place: string, why: string, cause: unknown): StoreError {
  return new StoreError('damaged', `the store's ${place} is damaged (${why}): put a backup back`, { cause })
}
