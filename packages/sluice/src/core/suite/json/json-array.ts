import { decodeText, refuseForeign } from '../decode-text.ts'
import { type Diagnostic, InvalidFilesError } from '../diagnostics/diagnostic.ts'
import type { TextPiece } from './json-source.ts'

const [quote, backslash, newline, comma] = ['"', '\\', '\n', ','].map((char) => char.charCodeAt(0))
const opening = new Set(['[', '{'].map((char) => char.charCodeAt(0)))
const [listEnd, mapEnd] = [']', '}'].map((char) => char.charCodeAt(0))
const space = new Set([' ', '\t', '\r', '\n', '\ufeff'].flatMap((char) => [...Buffer.from(char)]))

/**
 * The items of a JSON file that is one list, as pieces of text, in batches as the file arrives; no more than one chunk
 * and one item are held. The items are not parsed: only brackets, quotes and commas are looked at.
 * @throws InvalidFilesError where the file is no list, does not end, or goes on after its end.
 */
export async function* readItems(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<TextPiece[]> {
  const splitter = createSplitter(file)
  for await (const chunk of chunks) {
    const pieces: TextPiece[] = []
    try {
      splitter.split(chunk, pieces)
    } finally {
      yield pieces
    }
  }
  yield splitter.rest()
  splitter.end()
}

function createSplitter(file: string) {
  let [line, column] = [1, 1]
  /** Open brackets; 0 before and after the list. */
  let depth = 0
  let ended = false
  let inString = false
  let escaped = false
  let count = 0
  /** Bytes of the item so far, and where it begins. */
  let held: Uint8Array[] = []
  let begin: { line: number; column: number } | undefined

  const fault = (message: string): InvalidFilesError => {
    const one: Diagnostic = { severity: 'error', file, line, column, path: '', message }
    return new InvalidFilesError([one])
  }

  const take = (bytes: Uint8Array, last: boolean): TextPiece[] => {
    if (begin === undefined) {
      if (last && count === 0) return []
      throw fault('not JSON: expected a value')
    }
    const piece = { ...begin, text: decodeText(Buffer.concat([...held, bytes]), file, begin.line).trimEnd() }
    held = []
    begin = undefined
    count++
    return [piece]
  }

  /** Checks a byte outside of the list. Returns whether the list begins with it. */
  const outside = (byte: number): boolean => {
    if (space.has(byte)) return false
    if (ended) throw fault('not JSON: more text after the end of the list')
    if (byte !== 0x5b) throw fault('expected a list of cases: [{"id": "...", "vars": {...}}, ...]')
    return true
  }

  const split = (chunk: Uint8Array, pieces: TextPiece[]): void => {
    if (line === 1 && column === 1) refuseForeign(chunk, file)
    let start = 0
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index] as number
      if (depth === 0) {
        if (outside(byte)) depth = 1
      } else if (inString) {
        // A string cannot hold a line end: one that is not closed spoils its item, not the rest of the file.
        if (byte === newline || (byte === quote && !escaped)) inString = false
        escaped = byte === backslash && !escaped
      } else if (depth === 1 && (byte === comma || byte === listEnd)) {
        const last = byte === listEnd
        pieces.push(...take(chunk.subarray(start, index), last))
        if (last) [depth, ended] = [0, true]
      } else {
        if (begin === undefined && !space.has(byte)) [begin, start] = [{ line, column }, index]
        if (byte === quote) [inString, escaped] = [true, false]
        else if (opening.has(byte)) depth++
        else if ((byte === listEnd || byte === mapEnd) && depth > 1) depth--
      }
      if (byte === newline) [line, column] = [line + 1, 1]
      else column += columnsOf(byte)
    }
    if (begin !== undefined) held.push(chunk.subarray(start))
  }

  /** The item that was begun and never ended. Parsing it shows why. */
  const rest = (): TextPiece[] => (begin === undefined ? [] : take(new Uint8Array(), false))

  const end = () => {
    if (!ended) throw fault(depth === 0 ? 'holds no list of cases' : 'not JSON: "]" is missing')
  }
  return { split, rest, end }
}

/** The number of UTF-16 units of the character that begins with a byte of UTF-8. */
function columnsOf(byte: number): number {
  if ((byte & 0xc0) === 0x80) return 0
  return byte >= 0xf0 ? 2 : 1
}
