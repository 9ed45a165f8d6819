import { scanJson } from '../../../core/suite/json/json-scan.ts'
import { Problem } from './problem.ts'
import { pointer } from './validate.ts'

/** The largest body of a request, in bytes. */
export const maxBodyBytes = 1_048_576

/**
 * The bytes of a request's body. A body that is too long is refused as soon as this is known: by its Content-Length, or
 * while it arrives.
 * @throws Problem 413
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (announced === null) return readChunks(request)
  if (!(Number(announced) <= maxBodyBytes)) throw tooLarge()
  return new Uint8Array(await request.arrayBuffer().catch(cutShort))
}

async function readChunks({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (
    let part = await reader?.read().catch(cutShort);
    part && !part.done;
    part = await reader?.read().catch(cutShort)
  ) {
    size += part.value.byteLength
    if (size > maxBodyBytes) {
      void reader?.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(part.value)
  }
  return Buffer.concat(chunks, size)
}

function cutShort(cause: unknown): never {
  const detail = 'The body ended before it was complete.'
  throw new Problem({ status: 400, code: 'incomplete-body', detail }, { cause, headers: { connection: 'close' } })
}

function tooLarge(): Problem {
  const detail = `The body is longer than ${maxBodyBytes} bytes: send it in parts.`
  return new Problem({ status: 413, code: 'body-too-large', detail }, { headers: { connection: 'close' } })
}

const maxDepth = 64
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The value of a JSON body. A fault is reported with a JSON Pointer to its place.
 * @throws Problem 400
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  const { depth, mayOverflow } = outlineOf(text)
  if (depth > maxDepth) throw malformed('', `nested deeper than ${maxDepth} levels`)
  try {
    return (mayOverflow ? JSON.parse(text, finite) : JSON.parse(text)) as unknown
  } catch (cause) {
    const fault = scanJson(text)
    throw malformed(pointer(fault?.path ?? []), fault?.message ?? 'not JSON', cause)
  }
}

/** JSON.parse makes Infinity of a number such as 1e400. No schema expects that, so it becomes null. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity || value === -Infinity ? null : value
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    const before = Buffer.from(bytes).toString('utf8').split('\uFFFD', 1)[0] ?? ''
    throw malformed(pointer(scanJson(before)?.path ?? []), 'not UTF-8', cause)
  }
}

function malformed(path: string, message: string, cause?: unknown): Problem {
  const detail = `The body is not valid JSON: ${message}${path === '' ? '' : ` at ${path}`}.`
  return new Problem({ status: 400, code: 'malformed-json', detail, errors: [{ path, message }] }, { cause })
}

const quote = 0x22
const minus = 0x2d
const zero = 0x30
const nine = 0x39
const backslash = 0x5c
/** `{` and `[`, `}` and `]`, `E` and `e` differ in this bit only. */
const lowerCase = 0x20
const openingBracket = 0x7b
const closingBracket = 0x7d
const exponent = 0x65
/** A number with at most this many digits, and no exponent, is finite in JavaScript. */
const mostDigits = 300

/** What can be said about a JSON text without parsing it. The text need not be valid. */
export interface JsonOutline {
  /** How deep brackets are nested, outside strings. */
  depth: number
  /** Whether a number in it may be too large for JavaScript. */
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
    else if (kind === openingBracket) {
      open += 1
      if (open > depth) depth = open
    } else if (kind === closingBracket) open -= 1
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
