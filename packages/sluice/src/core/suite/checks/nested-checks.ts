import type { CheckSpec } from './check-spec.ts'

/** A check and where it stands, from the entry in which it is written. */
export interface PlacedCheck {
  spec: CheckSpec
  at: PropertyKey[]
}

/**
 * The check itself and, of `oneOf`, those of its alternatives. What is asked of a kind of check is asked of all of
 * them.
 */
export function placedChecks(spec: CheckSpec): PlacedCheck[] {
  if (spec.type !== 'oneOf') return [{ spec, at: [] }]
  const inner = spec.value.flatMap((specs, alternative) =>
    specs.map((each, index) => ({ spec: each, at: ['oneOf', alternative, index] })),
  )
  return [{ spec, at: [] }, ...inner]
}

/** All checks of a list, those of alternatives among them. */
export function allChecks(specs: readonly CheckSpec[]): CheckSpec[] {
  return specs.flatMap((spec) => placedChecks(spec).map((placed) => placed.spec))
}
