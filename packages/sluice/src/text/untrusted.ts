/**
 * Codes that move the cursor, start an escape sequence, turn the direction of reading, or take no room and so hide: two
 * names that differ in one look the same. Line feeds are kept, and what joins letters and signs in some scripts.
 */
const controls =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/**
 * Text of a model or a file, safe to print. Characters that a terminal or a browser would obey or hide are shown
 * instead, so that a person sees all of the text. Line breaks stay.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', '  ')
    .replace(controls, picture)
}

/** The text on one line, safe to print. */
export function visibleLine(text: string): string {
  return visibleText(text.replace(/\s+/g, ' ').trim())
}

/** A copy of data to show to people: every text in it, names of keys too, is visible and on one line. */
export function visibleData<T>(value: T): T {
  if (typeof value === 'string') return visibleLine(value) as T
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(visibleData) as T
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [visibleLine(key), visibleData(each)])) as T
}

/** JSON of the same meaning, in which the characters that `visibleText` replaces are written as escapes. */
export function visibleJson(json: string): string {
  return json.replace(controls, escaped).replace(/[\u2028\u2029]/g, escaped)
}

/** At most about `length` characters, cut between words where there are any; says how much is missing. */
export function excerpt(text: string, length: number): string {
  if (text.length <= length) return text
  const space = text.lastIndexOf(' ', length)
  const end = space > length * 0.8 ? space : length
  const head = text
    .slice(0, end)
    .trimEnd()
    .toWellFormed()
    .replace(/\ufffd$/, '')
  return `${head} … (${(text.length - head.length).toLocaleString('en-US')} more characters)`
}

function escaped(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

function picture(control: string): string {
  const code = control.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}
