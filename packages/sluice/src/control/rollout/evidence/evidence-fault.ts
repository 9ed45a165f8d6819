import type { Rollout } from '../../../records/rollout/rollout.ts'
import { type Evidence, newEvidence } from './evidence.ts'
import { newPlace, placeKinds } from './places.ts'
import { type DecidingSums, decidingSums, tokenIndexOf } from './tokens.ts'

/**
 * Where stored evidence is not of the form that `observe` leaves it in, or not of the place in the log that it was
 * stored with. Sums that are no numbers would decide nothing, or anything, for good.
 */
export function faultInEvidence(evidence: Evidence, rollout: Rollout, cursor: number): string | undefined {
  const { testimony: byToken, ...like } = newEvidence(rollout)
  const fault = unlike(like, evidence, '')
  if (fault !== undefined) return fault
  if (evidence.cursor !== cursor) return '.cursor'
  if (!Array.isArray(evidence.testimony)) return '.testimony'
  tokenIndexOf({ ...like, testimony: byToken }, null, rollout.settings)
  const [one] = byToken
  for (const [index, stored] of evidence.testimony.entries()) {
    const at = `.testimony.${index}`
    if (typeof stored !== 'object' || stored === null) return at
    const { own, usual, ...rest } = stored
    const found =
      unlike({ ...one, own: null, usual: null }, { ...rest, own: null, usual: null }, at) ??
      (own === null ? undefined : unlike(decidingSums(like.sums), own, `${at}.own`)) ??
      (usual === null ? undefined : unlike({ limits: like.limits, sketches: like.sums.sketches }, usual, `${at}.usual`))
    if (found !== undefined) return found
  }
  return faultInPlaces(evidence, decidingSums(like.sums))
}

function faultInPlaces({ places }: Evidence, sums: DecidingSums): string | undefined {
  for (const kind of placeKinds) {
    for (const [index, stored] of places[kind].entries()) {
      const at = `.places.${kind}.${index}`
      if (typeof stored !== 'object' || stored === null) return at
      const { own, ...rest } = stored
      const like = newPlace({ id: null, token: 0, own: null })
      const found =
        unlike(like, { ...rest, own: null }, at) ?? (own === null ? undefined : unlike(sums, own, `${at}.own`))
      if (found !== undefined) return found
    }
  }
  return undefined
}

/**
 * The path where `value` lacks something of `like`, or has something else in its place. What is null in `like` may be
 * known in `value`.
 */
function unlike(like: unknown, value: unknown, path: string): string | undefined {
  if (like === null) return value === null || typeof value !== 'object' ? oddNumber(value, path) : path
  if (typeof like !== typeof value || value === null || Array.isArray(like) !== Array.isArray(value)) return path
  if (typeof like !== 'object') return oddNumber(value, path)
  for (const [key, part] of Object.entries(like)) {
    const found = unlike(part, (value as Record<string, unknown>)[key], `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function oddNumber(value: unknown, path: string): string | undefined {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? path : undefined
}
