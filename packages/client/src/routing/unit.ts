/**
 * The text of a unit. A whole number (also a bigint) is converted by `String`, so 7 and '7' are one user. Undefined for
 * anything else, and for a text that is empty, contains a NUL or has more than 1,024 characters.
 */
export function unitText(unit: unknown): string | undefined {
  const text = typeof unit === 'bigint' || Number.isInteger(unit) ? String(unit) : unit
  return typeof text === 'string' && text !== '' && text.length <= 1024 && !text.includes('\0') ? text : undefined
}
