/** The length below which a value occurs in too many texts by chance to be masked. */
export const shortestSecret = 8

/**
 * The length above which a value is masked as it is, by its lines and in few forms: its patterns would be too large.
 */
const longestPattern = 256

/** The forms of one secret that are masked. */
export interface SecretForms {
  /** Sources of regular expressions, each of which finds the secret in several spellings. */
  patterns: string[]
  /** Texts that are looked for letter by letter. */
  texts: string[]
}

/**
 * The forms that a secret may take in a text: as it is, escaped for JSON, HTML, Markdown or an address (also several
 * times, and only in part), in base64 at any offset and with line breaks, and in hexadecimal digits.
 */
export function formsOf(secret: string): SecretForms {
  const bytes = Buffer.from(secret)
  const encoded = base64Cores(bytes)
  if (secret.length > longestPattern) {
    const lines = secret.split(/\r?\n/).filter((line) => line.length >= 2 * shortestSecret && line !== secret)
    const urlSafe = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
    return { patterns: [], texts: [...new Set([secret, escapedForJson(secret), ...encoded, ...urlSafe, ...lines])] }
  }
  const spelled = Array.from(secret, spellings).join('')
  const hex = Array.from(bytes, (byte) => hexadecimal(byte, 2)).join(betweenBytes)
  const wrapped = encoded.map((core) => Array.from(core, base64Digit).join(lineBreak))
  return { patterns: [spelled, ...wrapped, hex], texts: [secret, escapedForJson(secret), ...encoded] }
}

/** The separators with which buffers are printed, as in `73 6b` and `73:6b`. */
const betweenBytes = '[ :-]?'
const lineBreak = String.raw`(?:\r?\n|\\+n)?`
const shortEscapes: Record<string, string> = { '\n': 'n', '\r': 'r', '\t': 't' }

/** A pattern for one character as it is and in its escaped forms. Letters and digits are never escaped. */
function spellings(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  const digits = Array.from(Buffer.from(character), (byte) => hexadecimal(byte, 2))
  const percents = digits.map((pair) => `%(?:25)*${pair}`).join('')
  const bytes = digits.map((pair) => String.raw`\\+x${pair}`).join('')
  const units = Array.from({ length: character.length }, (_, index) => {
    return String.raw`\\+u${hexadecimal(character.charCodeAt(index), 4)}`
  }).join('')
  const short = shortEscapes[character]
  return `(?:${[
    String.raw`\\*${literal(character)}`,
    percents,
    units,
    bytes,
    '&(?:amp;)*[A-Za-z]{2,12};',
    `&(?:amp;)*#0*${code};`,
    `&(?:amp;)*#[xX]0*${hexadecimal(code, 1)};`,
    ...(short ? [String.raw`\\+${short}`] : []),
    ...(character === ' ' ? [String.raw`\+`] : []),
  ].join('|')})`
}

function base64Digit(digit: string): string {
  if (digit === '+') return '[+-]'
  return digit === '/' ? '[/_]' : digit
}

/** The part of a longer text's base64 that depends on the secret alone, for each of its three possible offsets. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const bits = 8 * (offset + bytes.length)
    return text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6))
  })
}

function hexadecimal(value: number, digits: number): string {
  return Array.from(value.toString(16).padStart(digits, '0'), anyCase).join('')
}

function anyCase(digit: string): string {
  return /[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}

function escapedForJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
