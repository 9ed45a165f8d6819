/**
 * What a value must be: a check, shapes of its fields by name, or one shape for all entries of an array. A check may
 * return the shape for this value.
 */
export type Shape = ((value: unknown) => boolean | Shape) | readonly [Shape] | { readonly [field: string]: Shape }

type Fields = Record<string, unknown>

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0
export const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** The kind of a value, for messages. The value itself is not shown, since it may be personal data. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : value === '' ? 'empty' : typeof value
}

/** The first fault with its place; undefined if there is none. */
export function faultOf(value: unknown, shape: Shape | boolean, place = 'it'): string | undefined {
  if (typeof shape === 'function') return faultOf(value, shape(value), place)
  if (shape === true) return undefined
  if (!shape || value === null || typeof value !== 'object')
    return `${place} is ${isText(value) ? value.slice(0, 40) : kindOf(value)}`
  const each = Array.isArray(shape)
  for (const name of Object.keys(each ? value : shape)) {
    const inner = (shape as Record<string, Shape>)[each ? 0 : name] as Shape
    const fault = faultOf((value as Fields)[name], inner, `${place}.${name}`)
    if (fault) return fault
  }
  return undefined
}

export function hasShape<T>(value: unknown, shape: Shape): value is T {
  return !faultOf(value, shape)
}
