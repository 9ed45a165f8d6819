/**
 * Text in the form in which it is compared: composed Unicode (NFC) and LF line ends, so that what looks the same is
 * the same; and unless case matters, in one case. Lower then upper case makes equal what one step alone leaves apart:
 * final and plain sigma, `ß` and `SS`, the Kelvin sign and `k`.
 */
export function comparableText(text: string, caseSensitive: boolean): string {
  const composed = text.replaceAll('\r\n', '\n').normalize('NFC')
  return caseSensitive ? composed : composed.toLowerCase().toUpperCase().normalize('NFC')
}
