import { isJsonNumber } from '../values/written.ts'

/** What a scan reports: where values and keys begin. `path` is reused: copy what is to be kept. */
export interface JsonVisitor {
  value?(path: readonly PropertyKey[], offset: number): void
  key?(path: readonly PropertyKey[], key: string, offset: number): void
}

/** Where a text stops being JSON, and inside which value. */
export interface JsonFault {
  offset: number
  path: PropertyKey[]
  message: string
}

interface Scan {
  text: string
  visitor: JsonVisitor
  offset: number
  path: PropertyKey[]
}

const space = /[ \t\r\n]*/y
const word = /[^\s,:"[\]{}]+/y
const notFinite = /^[-+]?(?:NaN|Inf(?:inity)?)$/i
const literals = new Set(['true', 'false', 'null'])
const escapes = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

class Fault extends Error {}

/**
 * Walks JSON text and reports places; JSON.parse is faster but keeps none. Returns the first fault, if there is one.
 */
export function scanJson(text: string, visitor: JsonVisitor = {}): JsonFault | undefined {
  const scan: Scan = { text, visitor, offset: 0, path: [] }
  try {
    scanValue(scan)
    skipSpace(scan)
    if (scan.offset < text.length) throw new Fault('more text after the end of the value')
    return undefined
  } catch (error) {
    const fault = (message: string): JsonFault => ({ offset: scan.offset, path: [...scan.path], message })
    if (error instanceof RangeError) return fault('nested too deeply')
    if (error instanceof Fault) return fault(error.message)
    throw error
  }
}

function skipSpace(scan: Scan): void {
  space.lastIndex = scan.offset
  space.test(scan.text)
  scan.offset = space.lastIndex
}

function scanValue(scan: Scan): void {
  skipSpace(scan)
  scan.visitor.value?.(scan.path, scan.offset)
  const first = scan.text[scan.offset]
  if (first === '{') scanItems(scan, '}', () => scanMember(scan))
  else if (first === '[') scanItems(scan, ']', (index) => scanInside(scan, index))
  else if (first === '"') scanString(scan)
  else scanWord(scan)
}

function scanInside(scan: Scan, key: PropertyKey): void {
  scan.path.push(key)
  scanValue(scan)
  scan.path.pop()
}

function scanItems(scan: Scan, close: string, item: (index: number) => void): void {
  const { text } = scan
  scan.offset++
  skipSpace(scan)
  for (let index = 0; text[scan.offset] !== close; index++) {
    if (scan.offset >= text.length) throw new Fault(`"${close}" is missing`)
    if (index > 0) {
      if (text[scan.offset] !== ',') throw new Fault(`expected "," or "${close}"`)
      scan.offset++
      skipSpace(scan)
    }
    item(index)
    skipSpace(scan)
  }
  scan.offset++
}

function scanMember(scan: Scan): void {
  const start = scan.offset
  if (scan.text[start] !== '"') throw new Fault('expected a key in double quotes')
  const key = JSON.parse(scanString(scan)) as string
  scan.visitor.key?.(scan.path, key, start)
  skipSpace(scan)
  if (scan.text[scan.offset] !== ':') throw new Fault('expected ":" after the key')
  scan.offset++
  scanInside(scan, key)
}

/** The string with its quotes. */
function scanString(scan: Scan): string {
  const { text, offset: start } = scan
  for (scan.offset++; text[scan.offset] !== '"'; scan.offset++) {
    if (scan.offset >= text.length) {
      scan.offset = start
      throw new Fault('a string that does not end')
    }
    if (text.charCodeAt(scan.offset) < 0x20) throw new Fault('a control character in a string; write e.g. \\t instead')
    if (text[scan.offset] !== '\\') continue
    escapes.lastIndex = scan.offset
    if (!escapes.test(text)) throw new Fault('not an escape that JSON knows')
    scan.offset = escapes.lastIndex - 1
  }
  scan.offset++
  return text.slice(start, scan.offset)
}

function scanWord(scan: Scan): void {
  word.lastIndex = scan.offset
  const found = word.exec(scan.text)?.[0]
  if (found === undefined) {
    const next = scan.text[scan.offset]
    throw new Fault(next === undefined ? 'the line ends too early' : `unexpected ${next}`)
  }
  if (notFinite.test(found)) throw new Fault(`${found} is not a JSON number`)
  if (!literals.has(found) && !isJsonNumber(found)) throw new Fault(`unexpected ${found.slice(0, 20)}`)
  scan.offset += found.length
}
