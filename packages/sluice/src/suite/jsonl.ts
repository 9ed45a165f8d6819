import type { Diagnostic } from './diagnostic.ts'
import { scanJson } from './json-scan.ts'
import type { Place, Source } from './source.ts'
import { decodeText } from './text.ts'

const newline = 0x0a

export interface TextLine {
  /** 1-based. */
  line: number
  text: string
}

/**
 * The lines of a file that are not blank, in batches as they arrive; no more than one piece and one line are held.
 * @throws InvalidFilesError where the bytes are not UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<TextLine[]> {
  let rest: Uint8Array[] = []
  let line = 1
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline) + 1
    if (end === 0) {
      rest.push(chunk)
      continue
    }
    const texts = decodeText(Buffer.concat([...rest, chunk.subarray(0, end)]), file, line).split('\n')
    rest = [chunk.subarray(end)]
    yield numbered(texts, line)
    line += texts.length - 1
  }
  yield numbered(decodeText(Buffer.concat(rest), file, line).split('\n'), line)
}

function numbered(texts: string[], first: number): TextLine[] {
  return texts.map((text, index) => ({ text, line: first + index })).filter(({ text }) => /\S/.test(text))
}

/** One line of JSON Lines as a source, or the fault that keeps it from being JSON. */
export function parseJsonLine({ text, line }: TextLine, file: string): { source?: Source; diagnostics: Diagnostic[] } {
  try {
    const value: unknown = JSON.parse(text)
    return { source: { file, value, at: (path, key) => placeInLine(text, line, path, key) }, diagnostics: [] }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { offset, path, message } = scanJson(text) ?? { offset: 0, path: [], message: error.message }
    const place = { line, column: offset + 1 }
    return {
      diagnostics: [{ severity: 'error', file, ...place, path: path.join('.'), message: `not JSON: ${message}` }],
    }
  }
}

function placeInLine(text: string, line: number, path: readonly PropertyKey[], key?: string): Place {
  const matching = (other: readonly PropertyKey[]) => other.every((part, index) => String(part) === String(path[index]))
  let best = { depth: -1, offset: 0 }
  let keyOffset: number | undefined
  scanJson(text, {
    value(at, offset) {
      if (at.length > best.depth && at.length <= path.length && matching(at)) best = { depth: at.length, offset }
    },
    key(at, name, offset) {
      if (name === key && at.length === path.length && matching(at)) keyOffset ??= offset
    },
  })
  return { line, column: (keyOffset ?? best.offset) + 1 }
}
