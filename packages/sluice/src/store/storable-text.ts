/**
 * A text as every database takes it: PostgreSQL knows no NUL, and half of a surrogate pair is no Unicode. U+FFFD stands in
 * the place of either, so that one odd text never holds up what comes with it.
 */
export function storableText(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
