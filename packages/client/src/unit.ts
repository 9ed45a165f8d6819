/**
 * The text that a unit is known by: itself, or a whole number (also a bigint) as `String` writes it, so that 7 and '7' are one
 * user. Anything else names nobody, and neither does a text that is empty, holds a NUL or has more than 1,024 characters: undefined.
 */
export function unitText(unit: unknown): string | undefined {
  const text = typeof unit === 'bigint' || Number.isInteger(unit) ? String(unit) : unit
  return typeof text === 'string' && text !== '' && text.length <= 1024 && !text.includes('\0') ? text : undefined
}

/** What a value is, for a message: never the value itself, which may be somebody's name. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : value === '' ? 'empty' : typeof value
}
