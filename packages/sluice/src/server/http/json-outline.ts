const quote = 0x22
const minus = 0x2d
const zero = 0x30
const nine = 0x39
const backslash = 0x5c
/** Of `{` and `[`, `}` and `]`, and of `E` and `e`, only this bit tells one from the other. */
const lowerCase = 0x20
const opening = 0x7b
const closing = 0x7d
const exponent = 0x65
/** More digits than a number has that JavaScript has a place for. */
const mostDigits = 300

/** What is seen of JSON text without parsing it. The text need not be valid. */
export interface JsonOutline {
  /** How deep brackets are nested, outside strings. */
  depth: number
  /** Whether a number in it may be beyond what JavaScript has a place for. */
  mayOverflow: boolean
}

export function outlineOf(text: string): JsonOutline {
  let open = 0
  let depth = 0
  let digits = 0
  let mayOverflow = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= zero && code <= nine) {
      digits += 1
      if (digits > mostDigits) mayOverflow = true
      continue
    }
    const kind = code | lowerCase
    if (code === quote) at = endOfString(text, at)
    else if (kind === opening) {
      open += 1
      if (open > depth) depth = open
    } else if (kind === closing) open -= 1
    else if (kind === exponent && digits > 0 && text.charCodeAt(at + 1) !== minus) mayOverflow = true
    digits = 0
  }
  return { depth, mayOverflow }
}

/** The offset of the closing quote, or the length of the text. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at === -1 ? text.length : at
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1
  return backslashes % 2 === 1
}
